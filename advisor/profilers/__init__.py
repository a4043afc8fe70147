"""Profilers find out facts of the hardware, the model and the data.

They never ask and never judge. Heavy libraries are imported only inside functions, or in a child
process with a time limit, so that importing a profiler costs nothing and no driver can crash or
hang the program.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
