"""Dated, sourced reference tables.

Each row states what it is, where it was read and when. The tables hold data and exact look-ups
only: they detect nothing, estimate nothing, and never guess by similarity.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
