"""Facts: the vocabulary, their values, where they come from, and how they are read.

This package reads no hardware, model or data and asks nobody; profilers and the questionnaire do,
and hand their findings over as `Fact` objects.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
