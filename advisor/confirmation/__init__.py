"""Confirm or overturn a recommendation: seal it, measure, judge again with what was measured."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
