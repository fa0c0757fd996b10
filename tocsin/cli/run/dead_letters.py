"""`tocsin dead-letters`: prints the rejected records with the reason, or counts them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.environment import load_installation
from tocsin.cli.options import JsonOption
from tocsin.cli.output import print_json, print_line, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.agents.dead_letters import DeadLetter

SHOWN_CHARS = 160


def command(
    *,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Print at most this many.")] = 100,
    summary: Annotated[bool, typer.Option("--summary", help="Count by reason instead.")] = False,
    original: Annotated[bool, typer.Option("--original", help="Print only the rejected lines, as received.")] = False,
    json: JsonOption = False,
) -> None:
    """Print the records that were rejected: why, where they came from, and what they held.

    Nothing is lost: fix the lines and send them again with `tocsin ingest`.

    Examples:
      tocsin dead-letters
      tocsin dead-letters --summary
      tocsin dead-letters --original > to-fix.jsonl
    """
    letters = _letters()
    if summary:
        _print_summary(letters, json=json)
        return
    for letter in islice(letters, limit):
        if original:
            print_line(printable(letter.line().decode("utf-8", "replace"), lines=True))
        elif json:
            print_json(_record(letter))
        else:
            _print(letter)


def _letters() -> Iterator[DeadLetter]:
    from streams.agents import dead_letters  # noqa: PLC0415  kafka-python is slow to load
    from streams.kafka import reader  # noqa: PLC0415

    here = load_installation()
    for record in reader.records(here.connection, here.topics.dead_letters.name):
        if record.value is not None:
            yield dead_letters.decode(record.value)


def _print_summary(letters: Iterator[DeadLetter], *, json: bool) -> None:
    """Print how often each reason occurs."""
    counts = Counter(reason for letter in letters for reason in letter.reasons)
    for reason, count in counts.most_common():
        if json:
            print_json({"reason": reason, "count": count})
        else:
            print_line(f"{count:8}  {printable(reason)}")


def _print(letter: DeadLetter) -> None:
    at = datetime.fromtimestamp(letter.arrived / 1000, UTC).isoformat(timespec="seconds")
    print_line(
        f"{at}  {letter.topic}[{letter.partition}]@{letter.offset} line {letter.index + 1}, {letter.length} bytes"
    )
    for reason in letter.reasons:
        print_line(f"    {printable(reason)}")
    line = printable(letter.line().decode("utf-8", "replace"))
    print_line(f"    {line[:SHOWN_CHARS]}{'…' if len(line) > SHOWN_CHARS else ''}")


def _record(letter: DeadLetter) -> dict[str, object]:
    return {
        "reasons": letter.reasons,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "line": letter.index + 1,
        "arrived_at": datetime.fromtimestamp(letter.arrived / 1000, UTC).isoformat(),
        "bytes": letter.length,
        "original": letter.line().decode("utf-8", "backslashreplace"),
    }
