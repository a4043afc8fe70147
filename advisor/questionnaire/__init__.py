"""The questionnaire: asks for the facts that nobody could find out.

It knows the vocabulary and a person at a prompt, but no rule and no verdict; why a question is
asked is told to it by the caller.
"""
