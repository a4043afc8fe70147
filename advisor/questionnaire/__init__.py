"""The questionnaire: asks for the facts that nobody could find out.

It knows the vocabulary and a person at a prompt, but no rule and no verdict; why a question is
asked is told to it by the caller.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
