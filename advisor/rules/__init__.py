"""Rules: read the declarative rule files and find which of them fire on a set of facts.

This package does no I/O but reading rule files, and knows no verdict: it returns findings.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
