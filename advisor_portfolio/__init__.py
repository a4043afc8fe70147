"""Many projects judged at once: the compiled rules as numpy tables.

Everything is derived from the scalar engine and its settings, so the answer on each project is the
one that it would get alone. The command line and the API reach it through
`advisor.support.plugins`; it needs the extra ``portfolio``.
"""

from advisor_portfolio.answering import PortfolioRow, short_answers

__all__ = ["PortfolioRow", "short_answers"]
