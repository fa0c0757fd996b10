"""Parts of the moderation pages: rows of the queue, an item's text, posts and history, filters, figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qsl

from alerts.rendering.escaping import clean
from detectors.model.signal_text import format_number
from moderation.policies.registry import POLICIES
from moderation.queue import WAITING, Filter
from tocsin.web.text import format_time, translate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from detectors.model.signal_text import Language
    from moderation.model import Item
    from moderation.statistics import Statistics

FILTERS: Final = ("brand", "policy", "language", "channel")
PILLS: Final = {"high": "critical", "medium": "warning", "low": "info"}


class Choice(NamedTuple):
    """A filter: its name, its label, and its values with their labels and whether they are chosen."""

    name: str
    label: str
    values: list[tuple[str, str, bool]]


def row(item: Item, now: int, language: Language) -> dict[str, Any]:
    """Return what a line of the queue shows of an item: never its text."""
    return {
        "id": item.id,
        "brand": clean(item.brand),
        "policy": policy_label(item.policy, language),
        "pill": PILLS[item.severity],
        "severity": translate(language, f"severity_{item.severity}"),
        "state": translate(language, f"item_{item.state}"),
        "overdue": item.due_at <= now and item.state in WAITING,
        "due": format_time(item.due_at),
        "copies": format_number(item.copies, language),
        "many": item.copies > 1,
        "holder": clean(item.holder(now)),
        "channels": ", ".join(sorted({clean(post.channel) for post in item.posts})),
    }


def marked_text(item: Item) -> Iterator[tuple[str, bool]]:
    """Yield the parts of the text, and whether they are the reason."""
    at = 0
    for start, end in sorted({span for finding in item.findings for span in finding.spans}):
        if start >= at:
            yield clean(item.text[at:start]), False
            yield clean(item.text[start:end]), True
            at = end
    yield clean(item.text[at:]), False


def posts(item: Item, zone: str) -> list[tuple[str, str, str, str]]:
    """Return channel, author, time and address of each post."""
    return [
        (clean(post.channel), clean(post.author), format_time(post.published_at, zone), _web_address(post.url))
        for post in item.posts
    ]


def history(item: Item, zone: str, language: Language) -> list[tuple[str, str, str, str]]:
    """Return time, what happened, who did it and the note of each step."""
    return [
        (
            format_time(step.at, zone),
            translate(language, f"step_{step.what.replace(' ', '_')}"),
            clean(step.by),
            clean(step.note),
        )
        for step in item.history
    ]


def policy_label(name: str, language: Language) -> str:
    """Return how a policy is called."""
    if name in POLICIES:
        return POLICIES[name].label[language]
    return translate(language, f"policy_{name.replace(' ', '_')}")


def read_filter(given: Mapping[str, str]) -> Filter:
    """Return the filter of a query."""
    return Filter(*([given[name]] if given.get(name) else () for name in FILTERS))


def filter_query(query: str) -> dict[str, str]:
    """Return the parts of a query string that filter."""
    return {name: value for name, value in parse_qsl(query) if name in FILTERS}


def choices(items: Collection[Item], chosen: Mapping[str, str], language: Language) -> list[Choice]:
    """Return the filters that tell the waiting items apart."""
    waiting = [item for item in items if item.state in WAITING]
    offered = {
        "brand": {item.brand: clean(item.brand) for item in waiting},
        "policy": {item.policy: policy_label(item.policy, language) for item in waiting},
        "language": {item.language: item.language for item in waiting if item.language},
        "channel": {post.channel: clean(post.channel) for item in waiting for post in item.posts},
    }
    return [
        Choice(
            name,
            translate(language, f"filter_{name}"),
            [(value, label, chosen.get(name) == value) for value, label in sorted(values.items())],
        )
        for name, values in offered.items()
        if len(values) > 1 or chosen.get(name)
    ]


def figures(found: Statistics, language: Language) -> list[tuple[str, str, str]]:
    """Return of each policy its name, its decisions and its precision with the interval."""
    return [
        (
            f"{policy_label(one.policy, language)} ({one.language or '–'})",
            translate(language, "violations_of", hits=one.violations, count=one.decided),
            f"{100 * one.share:.0f} % ({100 * one.low:.0f}–{100 * one.high:.0f} %)",
        )
        for one in found.precision
    ]


def _web_address(url: str) -> str:
    return url if url.startswith(("https://", "http://")) else ""
