"""The report as one self-contained HTML page: no script, no network, the run inside.

Imported only where a page is made, since Jinja2 takes a tenth of a second to load.
"""
