"""The verdict: scores, parity, status and reasons from the findings of the rules.

This package does no I/O, asks nobody and formats nothing.
"""
