"""The decision: from findings of the rules to scores, parity, status, reasons and bounds.

This package does no I/O, asks nobody and formats nothing.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
