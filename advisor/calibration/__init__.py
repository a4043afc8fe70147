"""Fit the weights of the quality rules to published comparisons, and see how well they predict.

Authored weights are the prior, the sign of each claim is kept, and whatever is chosen is judged on
studies that the choice has not seen. numpy and scipy are needed here and nowhere else.
"""
