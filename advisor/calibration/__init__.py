"""Fit the weights of the quality rules to published comparisons, and see how well they predict.

Authored weights are the prior, the sign of each claim is kept, and whatever is chosen is judged on
studies that the choice has not seen. numpy and scipy are needed here and nowhere else.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
