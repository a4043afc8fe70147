"""Many projects judged at once: the compiled rules as numpy tables.

Everything is derived from the scalar engine and its settings, so the answer on each project is the
one that it would get alone. numpy is needed here and in `advisor.calibration`, nowhere else.
"""
