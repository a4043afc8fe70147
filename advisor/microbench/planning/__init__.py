"""Fit the trials into the budget, freeze them, and say at each moment which are due."""
