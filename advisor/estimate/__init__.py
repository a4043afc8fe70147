"""Estimates of memory, time, cost and storage for each method: pure functions of the facts.

This package does no I/O, imports no heavy library and reads no rule. What it returns are facts,
with the basis of each figure in its detail line.
"""
