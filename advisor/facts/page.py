"""The run inside an HTML report; apart from other files, as its parser is slow to load."""

from __future__ import annotations

from html.parser import HTMLParser

from advisor.support import AdvisorError

RUN_ELEMENT = "advisor-run"
"""The id of the element that holds the run as JSON."""
_JSON = "application/json"


def embedded_run(text: str, *, where: str) -> str:
    """The JSON of the run in an HTML report; nothing of the page is carried out.

    Raises:
        AdvisorError: if the page holds none, or it breaks off.
    """
    reader = _RunReader()
    reader.feed(text)
    reader.close()
    if reader.ended:
        return "".join(reader.found)
    if reader.inside:
        raise AdvisorError(
            "the run in the HTML report breaks off",
            where=where,
            hint="the file was cut short: write or copy it again",
        )
    raise AdvisorError(
        "the HTML page holds no run",
        where=f"{where}, element {RUN_ELEMENT}",
        hint="give a report that advisor wrote with -o FILE.html, or the run's JSON",
    )


class _RunReader(HTMLParser):
    """Collects the text of the first element that holds a run."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.ended = False
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and not self.ended:
            self.inside = dict(attrs) == {"type": _JSON, "id": RUN_ELEMENT}

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self.inside:
            self.inside, self.ended = False, True
