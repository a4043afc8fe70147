"""The rules as data, and the script that judges by them inside a report.

Everything is compiled from the scalar engine and its settings; what a script adds to that, the
decision on the sums, is written a second time in ``judge.js`` and compared with the scalar one.
"""
