"""The decision: from findings of the rules to scores, parity, status, reasons and bounds.

This package does no I/O, asks nobody and formats nothing.
"""
