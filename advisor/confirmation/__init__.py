"""Confirm or overturn a recommendation: seal it, measure, judge again with what was measured."""
