"""What the rules come to: which rules can decide an answer, and which answers can be reached.

The checks of ``advisor.rules.checking`` look at conditions and effects alone; these look at the
verdict, so they stand above ``advisor.decide``. Nothing here is needed for an answer.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
