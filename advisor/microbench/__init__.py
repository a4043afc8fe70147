"""A fair micro-benchmark: train the methods on the user's model and data, and state what was seen.

It takes a model, examples and a budget, and returns measured facts. It never reads the verdict.
The light half (this folder) plans, schedules and judges; ``worker`` holds all that needs torch and
runs in processes of its own.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
