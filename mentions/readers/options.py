"""Options of reading: what a file does not say of itself, and the notes on what was read."""

from __future__ import annotations

import codecs
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from mentions.model.timestamp_forms import offset_zone, place_zone
from mentions.model.validation_messages import truncate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NO_PRESET: Final = "none"

Ids = Literal["ignore", "tell", "many", "stop", "first"]
"""What becomes of an id that several texts have: nothing, it is told, it is told and reading stops where most ids are
so, reading stops at once, or the first text is taken."""


@dataclass(frozen=True)
class ReadOptions:
    """What the person with the file says about it; "" and None are found out, or asked for where they matter."""

    encoding: str = ""
    timezone: str = ""  # of times without an offset: a place, "UTC" or an offset
    date_format: str = ""  # "dd/mm/yyyy", "excel", or with % as strptime
    skip_lines: int | None = None  # lines before the header; None: found out
    decimal: str = ""  # "." or ","
    sheet: str = ""  # of a workbook: its name, or its number from 1
    preset: str = ""  # a name of `mentions.readers.presets`; NO_PRESET: none, even where one fits
    ids: Ids = "ignore"

    def check(self) -> None:
        """See that each option can be understood.

        Raises:
            ValueError: one cannot; the message names the option, the value and what to write.
        """
        if self.encoding and not _is_text_encoding(self.encoding):
            raise ValueError(
                f"--encoding {self.encoding!r}: no such encoding: write such as utf-8, utf-16, cp1252, shift_jis"
            )
        if self.timezone and place_zone(self.timezone) is None and offset_zone(self.timezone) is None:
            raise ValueError(
                f"--timezone {self.timezone!r}: no such time zone: write a place such as Europe/Paris, UTC, or an "
                "offset such as +02:00"
            )
        if self.decimal not in {"", ".", ","}:
            raise ValueError(f"--decimal {self.decimal!r}: write . or ,")
        if self.skip_lines is not None and self.skip_lines < 0:
            raise ValueError(f"--skip-lines {self.skip_lines}: write how many lines stand before the header")


@dataclass
class ReadingNotes:
    """What was found out about a file while it was read, to be shown."""

    facts: list[str] = field(default_factory=list)  # what was found out and not stated, such as a preset
    kind: str = ""  # "CSV", "an Excel workbook" …
    header: Sequence[str] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)  # field → where it comes from
    sample: Mapping[str, object] = field(default_factory=dict)  # the fields of the first row or object, as they stand
    dropped: Counter[str] = field(default_factory=Counter)  # optional fields that could not be used
    examples: dict[str, str] = field(default_factory=dict)  # the first of each: value, line, reason
    left_out: Counter[str] = field(default_factory=Counter)  # posts that are no mentions, by reason
    repeated: int = 0  # mentions whose id is another text's
    reported: int = 0  # how many facts were yielded

    def note(self, fact: str) -> None:
        """Note something that was found out."""
        if fact not in self.facts:
            self.facts.append(fact)

    def drop(self, name: str, value: object, number: int, reason: str = "") -> None:
        """Note that a field of the mention on line `number` was left out."""
        self.dropped[name] += 1
        if name not in self.examples:
            self.examples[name] = f"{truncate(value)} on line {number}{f' {reason}' if reason else ''}"

    def new_facts(self) -> Iterator[str]:
        """Yield the facts not yet yielded."""
        while self.reported < len(self.facts):
            self.reported += 1
            yield self.facts[self.reported - 1]

    def summary(self) -> Iterator[str]:
        """Yield a line for each kind of thing that was left out."""
        for name, times in sorted(self.dropped.items()):
            yield f"{name} was left out of {_count(times, 'mention')} (first: {self.examples[name]})"
        for reason, times in sorted(self.left_out.items()):
            yield f"{_count(times, 'entry', 'entries')} left out: {reason}"
        if self.repeated:
            yield f"{_count(self.repeated, 'mention')} with the id of another text: each id counts once"


def _count(times: int, one: str, several: str = "") -> str:
    return f"{times:,} {one if times == 1 else several or one + 's'}"


def _is_text_encoding(name: str) -> bool:
    try:
        return isinstance(codecs.lookup(name).decode(b"")[0], str)
    except (LookupError, ValueError, UnicodeError):
        return False
