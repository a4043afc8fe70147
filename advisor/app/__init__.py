"""The use cases, one module each: what a command or a caller of the API sets in motion."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
