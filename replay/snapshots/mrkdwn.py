"""How does Slack's mrkdwn read, for drawing a message elsewhere than in Slack?"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

Style = Literal["plain", "bold", "code", "link", "mention"]


class Span(NamedTuple):
    """A run of text in one style, its entities already read."""

    text: str
    style: Style = "plain"
    href: str = ""


class Line(NamedTuple):
    """One line of a text object; `quoted` where it stands behind Slack's grey bar."""

    spans: list[Span]
    quoted: bool


_TOKEN: Final = re.compile(
    r"<!date\^(?P<at>\d+)\^(?P<form>[^|>]*)\|[^>]*>"
    r"|<(?P<href>https?://[^|>]*)\|(?P<label>[^>]*)>"
    r"|<(?P<mention>[@!#][^>]*)>"
    r"|(?<!\w)\*(?P<bold>[^*\n]+)\*(?!\w)"
    r"|`(?P<code>[^`\n]+)`"
)
_DATE_FORMS: Final = {"{date_short_pretty}": "%-d %b", "{date_short}": "%-d %b %Y", "{time}": "%H:%M"}


def read(text: str) -> list[Line]:
    """Return the lines of a mrkdwn text; instants are written in UTC.

    >>> read("> *Hi* &amp; bye")
    [Line(spans=[Span(text='Hi', style='bold', href=''), Span(text=' & bye', style='plain', href='')], quoted=True)]
    """
    return [_line(line) for line in text.split("\n")]


def _line(text: str) -> Line:
    quoted = text.startswith("> ")
    return Line(_spans(text[2:] if quoted else text), quoted)


def _spans(text: str) -> list[Span]:
    spans: list[Span] = []
    place = 0
    for found in _TOKEN.finditer(text):
        spans += [Span(html.unescape(text[place : found.start()])), _token(found)]
        place = found.end()
    spans.append(Span(html.unescape(text[place:])))
    return [span for span in spans if span.text]


def _token(found: re.Match[str]) -> Span:
    if found["at"]:
        return Span(_moment(int(found["at"]), found["form"]))
    if found["href"]:
        return Span(html.unescape(found["label"]), "link", html.unescape(found["href"]))
    if found["mention"]:
        return Span("@" + found["mention"].lstrip("@!#").split("^")[-1], "mention")
    return Span(html.unescape(found["bold"] or found["code"]), "bold" if found["bold"] else "code")


def _moment(seconds: int, form: str) -> str:
    at = datetime.fromtimestamp(seconds, UTC)
    return re.sub(r"\{\w+\}", lambda part: at.strftime(_DATE_FORMS.get(part[0], "%-d %b %H:%M")), form)
