"""Rich text: spans of plain, bold and code text, links, mentions and instants, which each renderer writes its own way.

Text from outside is cleaned before it becomes a span and stays plain text; only templates of ours carry markup.
"""

from __future__ import annotations

import re
from itertools import chain
from string import Formatter
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from alerts.rendering.escaping import clean, clip, is_slack_id, safe_url
from alerts.rendering.text import MESSAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detectors.model.signal_text import Language

Style = Literal["plain", "bold", "code", "link", "mention", "time"]

NAME_CHARS: Final = 60

_BOLD: Final = re.compile(r"\*([^*]+)\*")
_MENTION: Final = re.compile(r"<([@!][^<>]+)>")


class Span(NamedTuple):
    """A run of text in one style."""

    text: str  # of an instant: how Slack formats it, such as {time}
    style: Style = "plain"
    target: str = ""  # address of a link; of a mention what Slack writes between < and >
    at: int = 0  # the instant, ms


RichText = tuple[Span, ...]


def plain(text: str, limit: int | None = None) -> RichText:
    """Return text from outside as one line of at most `limit` characters."""
    shown = text if limit is None else clip(clean(text), limit)
    return (Span(shown),) if shown else ()


def own(text: str, limit: int) -> RichText:
    """Return text of ours of at most `limit` characters, its non-breaking spaces kept; what it quotes is cleaned."""
    return plain(clip(text, limit))


def bold(text: str) -> RichText:
    """Return emphasised text of ours."""
    return (Span(text, "bold"),)


def code(text: str) -> RichText:
    """Return an identifier."""
    return (Span(text, "code"),)


def link(url: str, label: str) -> RichText:
    """Return a link to a web address; nothing for any other address."""
    address = safe_url(url)
    return (Span(label, "link", address),) if address else ()


def time(at: int, form: str) -> RichText:
    """Return an instant (ms), shown in the reader's time zone where the renderer knows it."""
    return (Span(form, "time", at=at),)


def user(name: str) -> RichText:
    """Return a mention of a Slack user or group by id, and any other name as text."""
    if not is_slack_id(name):
        return plain(name, NAME_CHARS)
    return mentions(f"<@{name}>" if name[0] != "S" else f"<!subteam^{name}>")


def mentions(markup: str) -> RichText:
    """Return the mentions of a route, which are written as Slack writes them.

    >>> [span.text for span in mentions("<@U024BE7LH> <!subteam^S1> <!here>")]
    ['@U024BE7LH', ' ', '@S1', ' ', '@here']
    """
    found = [
        (Span("@" + target.lstrip("@!").split("^")[-1], "mention", target),) for target in _MENTION.findall(markup)
    ]
    return join(found, " ")


def join(parts: Iterable[RichText], separator: str) -> RichText:
    """Return the parts with a separator between them."""
    listed = [part for part in parts if part]
    return tuple(
        chain.from_iterable((*((Span(separator),) if place else ()), *part) for place, part in enumerate(listed))
    )


def fill(template: str, **values: object) -> RichText:
    """Return a template of ours with its values set in: rich text as it is, everything else as plain text.

    >>> [tuple(span[:2]) for span in fill("*Where* {items}", items="forum 3")]
    [('Where', 'bold'), (' ', 'plain'), ('forum 3', 'plain')]
    """
    spans: list[Span] = []
    for literal, name, _, _ in Formatter().parse(template):
        for place, text in enumerate(_BOLD.split(literal)):
            spans += [Span(text, "bold" if place % 2 else "plain")] if text else []
        if name is not None:
            value = values[name]
            spans += value if isinstance(value, tuple) else plain(str(value))
    return tuple(spans)


def fill_message(language: Language, key: str, **values: object) -> RichText:
    """Return a string of the locale with its values set in, as `fill` does."""
    return fill(MESSAGES[language][key], **values)
