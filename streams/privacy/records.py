"""Records without an author: what becomes of the value of each topic. Pure.

A value that does not hold them is returned as it is, the same object; None means that nothing of the record is left.
"""

from __future__ import annotations

import base64
import re
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec.structs import replace

from alerts.incidents import model, state
from alerts.incidents.erasure import erase_from_incident, erase_from_state
from alerts.incidents.model import Action
from community import ledger as ledgers
from community import notes
from detectors.engine.edits.erasure import erase_from_batch
from detectors.model.compression import compress, decompress
from detectors.model.erased_author import erase_from_signal
from detectors.model.signal import Signal
from mentions.model import batches
from mentions.model.batches import Batch
from mentions.model.decode import Rejection, decode_line, split_lines
from mentions.scoring import mention_hash
from moderation import model as moderation
from moderation.model import Flagged, Withdrawn
from streams.exactly_once import fencing
from streams.listening.cursor import Cursor
from streams.stages import group_routing
from streams.stages.group_routing import ForwardedRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from community.ledger import Ledger
    from detectors.model.erased_author import ErasedAuthor
    from mentions.model.batches import Tick
    from streams.kafka.topics import Topics
    from streams.stages.group_routing import SignalsRecord

T = TypeVar("T")


class RecordErasure:
    """What is left of each topic's records without one author."""

    def __init__(self, author: ErasedAuthor) -> None:
        self.author = author

    def for_topics(self, topics: Topics) -> Mapping[str, Callable[[bytes], bytes | None]]:
        """Return the function of each topic whose records may hold authors, by name; the watch state is not among them.

        The topics that are left out hold brands, what sources are doing, canaries and where messages stand.
        """
        return {
            topics.mentions.name: self.mentions,
            topics.dead_letters.name: self.dead_letter,
            topics.scored.name: self.scored,
            topics.signals.name: self.signal,
            topics.actions.name: self.action,
            topics.incidents.name: self.incident,
            topics.notifications.name: self.notification,
            topics.triage_state.name: self.triage_state,
            topics.moderation.name: self.moderation,
            topics.source_cursors.name: self.cursor,
            topics.community.name: self.ledger,
            topics.community_notes.name: self.note,
        }

    def mentions(self, value: bytes) -> bytes | None:
        """Return the lines of the others; a handle of theirs in the texts of others is blanked."""
        lines = split_lines(value)
        kept = [line for line in lines if not self.wrote(line)]
        if len(kept) == len(lines):
            return self._unnamed(value)
        return self._unnamed(b"\n".join(kept)) if kept else None

    def wrote(self, line: bytes) -> bool:
        """Return whether a line is a mention of theirs, or no mention and holds their name."""
        mention = decode_line(line, None)
        if isinstance(mention, Rejection):
            return self._holds(line)
        return mention_hash(mention) in self.author.mentions or any(map(self.author.is_named, mention.author_names))

    def dead_letter(self, value: bytes) -> bytes | None:
        """Return None for what they sent or where they are named."""
        try:
            line = base64.b64decode(msgspec.json.decode(value)["original"])
        except (msgspec.DecodeError, KeyError, TypeError, ValueError):
            line = value
        return None if self.wrote(line) or self._holds(line) or self._holds(value) else value

    def scored(self, value: bytes) -> bytes | None:
        """Return the same rows; theirs without name, text and link."""

        def change(parts: list[Batch | Tick]) -> list[Batch | Tick]:
            erased = [erase_from_batch(one, self.author) if isinstance(one, Batch) else one for one in parts]
            return parts if all(one is old for one, old in zip(erased, parts, strict=True)) else erased

        return self._changed(value, batches.decode, change, batches.encode)

    def signal(self, value: bytes) -> bytes | None:
        """Return the signal without them; a correction keeps nothing of a text of theirs."""
        return self._changed(value, group_routing.decode, self._signals_record, group_routing.encode)

    def _signals_record(self, record: SignalsRecord) -> SignalsRecord:
        if isinstance(record, ForwardedRecord):
            if isinstance(record.record, Action):
                return record
            inner = self._signals_record(record.record)
            return record if inner is record.record else replace(record, record=inner)
        if isinstance(record, Signal):
            return erase_from_signal(record, self.author)
        if getattr(record, "key", None) in self.author.keys:
            return replace(record, text="")
        return record

    def action(self, value: bytes) -> bytes | None:
        """Return what a person of the brand did; a handle of theirs in a note is blanked."""
        return self._unnamed(value)

    def incident(self, value: bytes) -> bytes | None:
        """Return the incident without them."""
        return self._changed(
            value, model.decode_incident, lambda one: erase_from_incident(one, self.author), model.encode
        )

    def notification(self, value: bytes) -> bytes | None:
        """Return the notification without them."""

        def change(note: model.Notification) -> model.Notification:
            incident = erase_from_incident(note.incident, self.author)
            return note if incident is note.incident else replace(note, incident=incident)

        return self._changed(value, model.decode_notification, change, model.encode) if value else value

    def triage_state(self, value: bytes) -> bytes | None:
        """Return the stored state without them, under the same version."""
        try:
            stored = fencing.decode(value)
        except ValueError:
            return value
        payload = self._changed(
            stored.payload, state.decode, lambda one: erase_from_state(one, self.author), state.encode
        )
        return value if payload is stored.payload else fencing.FencedValue(
            stored.version, stored.partition, payload or b""
        ).encode()  # fmt: skip

    def moderation(self, value: bytes) -> bytes | None:
        """Return None for a post of theirs; an item of nobody else's posts goes with it."""
        try:
            record = moderation.decode(value)
        except msgspec.DecodeError:
            return None if self._holds(value) else value
        if isinstance(record, Flagged) and self._posted(record):
            return None
        return None if isinstance(record, Withdrawn) and record.post in self.author.mentions else self._unnamed(value)

    def _posted(self, record: Flagged) -> bool:
        return record.post.id in self.author.mentions or self.author.is_named(record.post.author)

    def cursor(self, value: bytes) -> bytes | None:
        """Return the cursor without mentions of theirs that wait to be sent."""

        def change(cursor: Cursor) -> Cursor:
            kept = [line for line in cursor.pending if not self.wrote(line.encode())]
            return cursor if len(kept) == len(cursor.pending) else replace(cursor, pending=kept)

        return self._changed(value, lambda raw: msgspec.json.decode(raw, type=Cursor), change, msgspec.json.encode)

    def ledger(self, value: bytes) -> bytes | None:
        """Return the counts of a brand's authors without theirs."""

        def change(kept: Ledger) -> Ledger:
            return replace(kept) if ledgers.erase(kept, self.author.is_named) else kept

        return self._changed(
            value,
            lambda raw: ledgers.decode(decompress(raw)),
            change,
            lambda kept: compress(ledgers.encode(kept)),
        )

    def note(self, value: bytes) -> bytes | None:
        """Return None for a note about them."""
        try:
            author = notes.decode(value).author
        except msgspec.DecodeError:
            return None if self._holds(value) else value
        return None if self.author.is_named(author) else self._unnamed(value)

    def _changed(
        self, value: bytes, decode: Callable[[bytes], T], change: Callable[[T], T], encode: Callable[[T], bytes]
    ) -> bytes | None:
        """Return a value with what it holds changed; one that cannot be read is dropped if it holds their name."""
        try:
            before = decode(value)
        except (msgspec.DecodeError, ValueError):
            return None if self._holds(value) else value
        after = change(before)
        return value if after is before else encode(after)

    def _holds(self, value: bytes) -> bool:
        return self._anywhere.search(value.decode(errors="replace")) is not None

    def _unnamed(self, value: bytes) -> bytes:
        """Return JSON in whose texts no @handle of theirs is left."""
        text = value.decode(errors="surrogateescape")
        blanked = self.author.blanked(text)
        return value if blanked == text else blanked.encode(errors="surrogateescape")

    @cached_property
    def _anywhere(self) -> re.Pattern[str]:
        return re.compile(rf"(?<!\w)(?:{self.author.alternatives})(?!\w)", re.IGNORECASE)
