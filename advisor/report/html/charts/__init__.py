"""Geometry of the charts: plain values in percent of the width, which templates draw as SVG.

A chart has no viewBox: places across are shares of whatever width there is, while text and strokes
keep their size, so that it can be read on a telephone and on paper.
"""
