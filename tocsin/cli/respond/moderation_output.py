"""What `tocsin moderation` prints: the queue, an item, its figures."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from tocsin.cli.output import print_line, print_table, printable

if TYPE_CHECKING:
    from moderation.model import Item
    from moderation.statistics import Durations, Statistics


def item_record(item: Item) -> dict[str, Any]:
    """Return an item as JSON has it: without what only the fold needs."""
    record: dict[str, Any] = msgspec.to_builtins(item)
    del record["seen"]
    return record | {"severity": item.severity, "policy": item.policy}


def print_items(items: list[Item], now: int) -> None:
    """Print items as a table, in the order given; abusive text is not shown."""
    heads = ["item", "severity", "policy", "brand", "state", "due (UTC)", "posts", "held by"]
    print_table(
        heads,
        [
            [
                item.id[:8],
                item.severity,
                item.policy,
                item.brand,
                "overdue" if item.state == "open" and item.due_at <= now else item.state,
                _minute(item.due_at),
                item.copies,
                item.holder(now),
            ]
            for item in items
        ],
    )


def print_item(item: Item, now: int) -> None:
    """Print an item with its text, links and history."""
    found = ", ".join(f"{one.policy} ({one.severity})" for one in item.findings) or item.policy
    print_line(printable(f"{item.id}  {item.brand}  {found}"))
    print_line(printable(f"state     {item.state}{_details(item, now)}"))
    print_line(f"due       {_minute(item.due_at)} UTC")
    print_line(printable(f"text      {marked(item)}"))
    gone = f", {len(item.gone)} deleted" if item.gone else ""
    print_line(f"posts     {item.copies}{gone}")
    for post in item.posts:
        print_line(printable(f"          {_minute(post.published_at)}  {post.channel}  {post.author}  {post.url}"))
    for step in item.history:
        told = f"          {_minute(step.at)}  {step.what}{f' by {step.by}' if step.by else ''}"
        print_line(printable(f"{told}{f': {step.note}' if step.note else ''}"))


def marked(item: Item) -> str:
    """Return the text with the words that are the reason between » and «."""
    text, spans = item.text, sorted({span for one in item.findings for span in one.spans}, reverse=True)
    last = len(text) + 1
    for start, end in spans:
        if end <= last:
            text = f"{text[:start]}»{text[start:end]}«{text[end:]}"
            last = start
    return text


def print_statistics(figures: Statistics) -> None:
    """Print the figures of a queue."""
    if not figures.precision and not figures.sampled:
        print_line("no item is decided yet")
        return
    heads = ["policy", "language", "decided", "violations", "precision", "95 % interval", "rules"]
    print_table(
        heads,
        [
            [
                one.policy,
                one.language or "any",
                one.decided,
                one.violations,
                f"{one.share:.0%}",
                f"{one.low:.0%} to {one.high:.0%}",
                one.version,
            ]
            for one in figures.precision
        ],
    )
    if figures.sampled:
        print_line(f"drawn at random: {figures.missed} of {figures.sampled} unflagged mentions were violations")
    print_line(f"time to claim: {_span(figures.to_claim)}; to decide: {_span(figures.to_decide)}")
    print_line(f"appeals: {figures.appeals}, of which overturned: {figures.overturned}")


def _details(item: Item, now: int) -> str:
    holder = item.holder(now)
    if holder:
        return f" by {holder} until {_minute(item.claimed_until)} UTC"
    if item.outcome is not None:
        ruling = f", {item.ruling}" if item.ruling else ""
        return f": {item.outcome} by {item.decided_by}{ruling}"
    return ""


def _span(found: Durations | None) -> str:
    if found is None:
        return "none yet"
    return f"{_minutes(found.p50)} (p50), {_minutes(found.p95)} (p95)"


def _minutes(value: float) -> str:
    return f"{value / 60_000:,.0f} min" if value >= 60_000 else f"{value / 1_000:,.0f} s"  # noqa: PLR2004  a minute


def _minute(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M}"
