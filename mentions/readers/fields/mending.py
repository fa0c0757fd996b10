"""Mending: a mention from the fields of a row or object. A bad optional field costs the field, not the mention."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from mentions.model.decode import Rejection, WireMention, decode_line
from mentions.readers.fields import values
from mentions.readers.fields.field_map import ENGAGEMENT, REQUIRED
from mentions.readers.raw.encodings import not_utf8

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mentions.readers.fields.timestamp_reader import TimestampReader
    from mentions.readers.options import ReadingNotes

AUTHOR: Final = "author."
_COUNTS: Final = frozenset({"reach", "engagement", "author.followers"})
_TEXTS: Final = frozenset({"text", "channel"})
_PASSES: Final = 3
"""How often what is left of a mention is judged again: each judgement names all bad fields, of the author too."""


class Mended(NamedTuple):
    """A mention's JSON, and the mention."""

    raw: bytes
    mention: WireMention


class Mender:
    """Makes mentions of fields, and notes which fields it had to leave out."""

    def __init__(self, notes: ReadingNotes, timestamps: TimestampReader, decimal: str = "") -> None:
        self._notes = notes
        self._timestamps = timestamps
        self._decimal = decimal

    def mend_line(self, raw: bytes, number: int) -> Mended | tuple[str, ...] | None:
        """Return the mention of a line of JSON that is none as it stands; the reasons why not; None: it is no JSON."""
        try:
            fields = json.loads(raw)
        except UnicodeDecodeError:
            return (f"line: {not_utf8(raw)}",)
        except (ValueError, RecursionError):
            return None
        return self.mend(fields, number) if isinstance(fields, dict) else None

    def mend(self, flat: Mapping[str, Any], number: int) -> Mended | tuple[str, ...]:
        """Return the mention that has these fields, or the reasons why there is none.

        Args:
            flat: field → value; the author's fields and the counters of engagement may be flat or nested.
            number: the line, for the notes.
        """
        fields: dict[str, Any] = {}
        reasons = []
        for name, value in _flattened(flat):
            try:
                _put(fields, name, self._clean(name, value, number))
            except ValueError as error:
                reasons.append(f"{name}: {error}")
        judged = self._judge(fields, number)
        if isinstance(judged, Mended) and not reasons:
            return judged
        others = () if isinstance(judged, Mended) else judged
        stated = {reason.partition(":")[0] for reason in reasons}
        return (*reasons, *(reason for reason in others if reason.partition(":")[0] not in stated))

    def _clean(self, name: str, value: Any, number: int) -> Any:
        """Return what the field holds, None for nothing.

        Raises:
            ValueError: the field is required, and holds nothing that can be used.
        """
        if name == "published_at":
            return self._timestamps.read(value)
        if name in _TEXTS:
            return value
        if values.is_nothing(value) and name not in REQUIRED:
            if value not in {None, ""} and str(value).strip():
                self._notes.drop(name, value, number)
            return None
        try:
            return self._converted(name, value)
        except values.UnusableValueError as error:
            self._notes.drop(name, value, number, str(error))
            return None

    def _converted(self, name: str, value: Any) -> Any:
        if name == "id":
            return values.identifier(value)
        if name in {"author.id", "reply_to", "thread"}:
            return values.identifier(value)
        if name == "rating":
            return values.rating(value)
        if name == "revision":
            return None if value is False else value  # Reddit's way to say that nobody edited it
        if name in _COUNTS or name.startswith(ENGAGEMENT):
            return value if isinstance(value, dict) else values.count(value, self._decimal)
        return values.language(value) if name == "lang" else value

    def _judge(self, fields: dict[str, Any], number: int) -> Mended | tuple[str, ...]:
        """Return the mention; optional fields that the model refuses are left out."""
        reasons: tuple[str, ...] = ()
        for _pass in range(_PASSES):
            try:
                raw = msgspec.json.encode(fields)
            except (UnicodeEncodeError, TypeError):
                raw = json.dumps(fields).encode()
            entry = decode_line(raw, None)
            if not isinstance(entry, Rejection):
                return Mended(raw, entry)
            reasons = entry.reasons
            places = [reason.partition(":")[0].split(".") for reason in reasons]
            if any(place[0] in REQUIRED or place[0] not in fields for place in places):
                return reasons
            for place in places:
                self._notes.drop(".".join(place[:2]), _taken(fields, place), number)
        return reasons


def _flattened(flat: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the fields with those of a nested author apart: a bare author is its id."""
    pairs: list[tuple[str, Any]] = []
    for name, value in flat.items():
        if name == "author" and isinstance(value, dict):
            pairs += [(f"{AUTHOR}{key}", part) for key, part in value.items()]
        else:
            pairs.append(("author.id" if name == "author" and not isinstance(value, list) else name, value))
    return pairs


def _put(fields: dict[str, Any], name: str, value: Any) -> None:
    if value is None and name not in REQUIRED:
        return
    if name.startswith((AUTHOR, ENGAGEMENT)):
        parent, _, child = name.partition(".")
        if not isinstance(fields.get(parent), dict):
            fields[parent] = {}
        fields[parent][child] = value
    elif value is not None:
        fields[name] = value


def _taken(fields: dict[str, Any], place: list[str]) -> Any:
    """Take the value at a place out of the fields, and what held nothing else with it."""
    parent = fields.get(place[0])
    if len(place) > 1 and isinstance(parent, dict) and place[1] in parent:
        value = parent.pop(place[1])
        if not parent:
            del fields[place[0]]
        return value
    return fields.pop(place[0], None)
