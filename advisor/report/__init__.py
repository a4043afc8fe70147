"""The report: one record of the answer, shown as terminal text, Markdown or JSON.

Nothing is decided here: the record holds what the verdict says, and the renderers show the record
alone, so that an earlier run file shows the same report again.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
