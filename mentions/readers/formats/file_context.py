"""Context of one file that is read: what is stated about it, what was found out, and what is wanted of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from mentions.readers.fields.field_map import MENTION, Target, check_fields
from mentions.readers.fields.timestamp_reader import TimestampReader
from mentions.readers.options import NO_PRESET, ReadingNotes, ReadOptions
from mentions.readers.position import Position, SourceError
from mentions.readers.presets import Match, chosen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mentions.readers.presets.model import Layout, Preset


class Record(NamedTuple):
    """The fields of a row or an object."""

    number: int  # the line it begins on, from 1
    fields: Mapping[str, Any]
    raw: bytes
    next_position: Position


def check_options(options: ReadOptions) -> None:
    """See that each option can be understood.

    Raises:
        ValueError: one cannot; the message names the option, the value and what to write.
    """
    options.check()
    TimestampReader(options.timezone, options.date_format)
    chosen("" if options.preset == NO_PRESET else options.preset)


@dataclass
class FileContext:
    """What is known of a file."""

    path: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    options: ReadOptions = field(default_factory=ReadOptions)
    notes: ReadingNotes = field(default_factory=ReadingNotes)
    target: Target = MENTION
    match: Match | None = None

    def check(self) -> None:
        """See that options and mapping can be understood.

        Raises:
            SourceError: one cannot.
        """
        try:
            check_options(self.options)
            check_fields(self.mapping, self.target)
        except ValueError as error:
            raise SourceError(self.path, 1, str(error)) from None

    @property
    def presets(self) -> tuple[Preset, ...]:
        """Return the presets to try."""
        wanted = self.options.preset
        return () if wanted == NO_PRESET or self.target is not MENTION else chosen(wanted)

    @property
    def stated_preset(self) -> Preset | None:
        """Return the preset that is stated by name."""
        return self.presets[0] if self.options.preset and self.presets else None

    @property
    def layout(self) -> Layout | None:
        """Return the layout of the preset that fits, None without one."""
        return self.match.layout if self.match else None

    @property
    def decimal(self) -> str:
        """Return the decimal sign, "" where it is not known."""
        return self.options.decimal or (self.layout.decimal if self.layout else "")

    def timestamps(self) -> TimestampReader:
        """Return the reader of the file's timestamps."""
        zone = self.options.timezone or (self.layout.timezone if self.layout else "")
        return TimestampReader(zone, self.options.date_format)

    def settle(self, match: Match | None) -> None:
        """Take the preset that fits, and note it."""
        self.match = match
        if match is None:
            return
        if not self.options.preset:
            self.notes.note(f"{match.preset.what}: read with --from {match.preset.name}")
        if match.layout.timezone and not self.options.timezone:
            self.notes.note(
                f"times without an offset are read as {match.layout.timezone}, as {match.preset.name} has it"
            )
