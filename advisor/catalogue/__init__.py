"""Dated, sourced reference tables.

Each row states what it is, where it was read and when. The tables hold data and exact look-ups
only: they detect nothing, estimate nothing, and never guess by similarity.
"""
