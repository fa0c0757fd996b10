"""Community of a brand in Slack: a view on request, and the monthly list. Counts with a filter, no label on anyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from alerts.rendering.message import Message
from community.views import VIEWS, rows_of_all
from detectors.model.signal_text import format_number, format_percent
from mentions.watchlist.normalise import normalise_handle
from tocsin.slack_app import views
from tocsin.slack_app.reports.paper import SLACK
from tocsin.slack_app.text import translate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from community.ledger import Ledger
    from community.notes import Note
    from community.views import Row, View
    from config.brands.model import Brand
    from detectors.model.signal_text import Language

SPANS: Final = (7, 30, 90)
USUAL_SPAN: Final = 30
SHOWN: Final = 15
"""Authors of an answer."""

LISTED: Final = 5
"""Authors of each view in the monthly list."""

LISTED_VIEWS: Final[tuple[View, ...]] = ("allies", "helpers", "critics", "newly-loud")
NOT_TO_CONTACT: Final = "do not contact"


class KnownCommunity(NamedTuple):
    """What is kept of a brand's authors: counts, and the notes of people by name."""

    ledgers: Sequence[Ledger] = ()
    notes: Mapping[str, Note] = {}


class Wanted(NamedTuple):
    """Which part of a community somebody asks for."""

    view: View = "all"
    days: int = USUAL_SPAN


def parse_wanted(words: Sequence[str]) -> tuple[list[str], Wanted]:
    """Return the words that are left once a view and a number of days are taken from the end.

    >>> parse_wanted(["Acme", "Rail", "critics", "7"])
    (['Acme', 'Rail'], Wanted(view='critics', days=7))
    """
    left, wanted = list(words), Wanted()
    while left:
        word = left[-1].casefold()
        view = next((one for one in VIEWS if one == word), None)
        if view is not None:
            wanted = wanted._replace(view=view)
        elif word.isdecimal() and int(word) in SPANS:
            wanted = wanted._replace(days=int(word))
        else:
            break
        left.pop()
    return left, wanted


def community_text(brand: Brand, known: KnownCommunity, wanted: Wanted, web_url: str) -> str:
    """Return a view of a brand's community (mrkdwn) for one person."""
    language = brand.language
    rows = rows_of_all(known.ledgers, wanted.days, wanted.view, SHOWN)
    name = SLACK.text(brand.name, 60)
    title = translate(language, "people_title", brand=name, view=_view(wanted.view, language), days=wanted.days)
    lines = [_line(row, known, language) for row in rows] or [translate(language, "people_none")]
    more = SLACK.link(f"{web_url.rstrip('/')}/", translate(language, "people_page")) if web_url else ""
    return "\n".join([SLACK.strong(title), *lines, translate(language, "people_hint", page=more).strip()])


def build_monthly_list(name: str, brand: Brand, known: KnownCommunity) -> Message:
    """Return the monthly list of a brand: the first few authors of the views that ask for something to be done."""
    language = brand.language
    title = SLACK.strong(translate(language, "people_monthly", brand=SLACK.text(brand.name, 60)))
    lines = [title]
    for view in LISTED_VIEWS:
        rows = [row for row in rows_of_all(known.ledgers, USUAL_SPAN, view, 3 * LISTED) if _may_list(row, known)]
        if rows:
            lines.append(f"{SLACK.strong(_view(view, language))}: {translate(language, f'people_why_{_key(view)}')}")
            lines += [_line(row, known, language) for row in rows[:LISTED]]
    if len(lines) == 1:
        lines.append(translate(language, "people_none"))
    return Message(name, 0, title, [views.section("\n".join([*lines, translate(language, "people_hint", page="")]))])


def _may_list(row: Row, known: KnownCommunity) -> bool:
    note = known.notes.get(normalise_handle(row.author))
    return note is None or note.tag != NOT_TO_CONTACT


def _line(row: Row, known: KnownCommunity, language: Language) -> str:
    count = format_number(row.mentions, language)
    line = translate(
        language,
        "people_line",
        author=SLACK.text(row.author, 40),
        count=count if row.mentions == row.at_most else f"{count}–{format_number(row.at_most, language)}",
        days=row.days,
        positive=format_percent(row.positive, language),
        negative=format_percent(row.negative, language),
    )
    if row.people:
        line += translate(language, "people_answered", count=row.people)
    note = known.notes.get(normalise_handle(row.author))
    return f"{line} · {translate(language, f'people_tag_{_key(note.tag)}')}" if note and note.tag else line


def _view(view: View, language: Language) -> str:
    return translate(language, f"people_view_{_key(view)}")


def _key(name: str) -> str:
    return name.replace("-", "_").replace(" ", "_")
