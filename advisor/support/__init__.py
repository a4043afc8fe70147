"""Plumbing that knows nothing of the domain: errors, text files, strict YAML and JSON."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
