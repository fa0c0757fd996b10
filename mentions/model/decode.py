"""Decoding of Kafka records into mentions: one entry a line, each a mention or a rejection with its reasons."""

from __future__ import annotations

from typing import Final

import msgspec
from pydantic import ValidationError

from mentions.model.mention import Mention
from mentions.model.parse import BOM, MAX_DEPTH, is_json, parse
from mentions.model.timestamps import MAX_AHEAD, ahead_of_arrival
from mentions.model.validation_messages import messages
from mentions.model.wire import Rejection, WireAuthor, WireMention, to_wire

__all__ = ["Rejection", "WireAuthor", "WireMention", "decode_line", "decode_record", "split_lines", "to_wire"]

EMPTY: Final = "record: empty: send one JSON object, or one a line"

_decode = msgspec.json.Decoder(WireMention).decode


def decode_record(value: bytes | None, arrived: int | None) -> list[WireMention | Rejection]:
    """Return one entry for each line of the record that is not blank, in order; never raises on input.

    A record is one JSON object, on one line or pretty-printed over several, or JSON Lines. The entry's place in the
    list is its index. What is accepted, and why the rest is not, is decided by `mentions.model.mention.Mention`.

    Args:
        value: the record's value.
        arrived: when it arrived [ms]; mentions published more than `AHEAD` after it are refused. None: no such check.
    """
    lines = split_lines(value or b"")
    if not lines:
        return [Rejection(0, value or b"", (EMPTY,))]
    judge = _decode_fast if _plain(value or b"") else decode_line
    return [judge(line, arrived, index) for index, line in enumerate(lines)]


def decode_line(line: bytes, arrived: int | None, index: int = 0) -> WireMention | Rejection:
    """Return the mention of one line, or the rejection with its reasons."""
    return (_decode_fast if _plain(line) else _decode_with_model)(line, arrived, index)


def _decode_fast(line: bytes, arrived: int | None, index: int) -> WireMention | Rejection:
    try:
        wire = _decode(line)
    except (msgspec.DecodeError, RecursionError):
        return _decode_with_model(line, arrived, index)
    return (
        wire if arrived is None or wire.published <= arrived + MAX_AHEAD else _reject_future(wire, line, arrived, index)
    )


def _decode_with_model(line: bytes, arrived: int | None, index: int) -> WireMention | Rejection:
    try:
        wire = to_wire(Mention.model_validate(parse(line)))
    except ValidationError as error:
        return Rejection(index, line, messages(error))
    except ValueError as error:
        return Rejection(index, line, (str(error),))
    return (
        wire if arrived is None or wire.published <= arrived + MAX_AHEAD else _reject_future(wire, line, arrived, index)
    )


def _reject_future(wire: WireMention, line: bytes, arrived: int, index: int) -> Rejection:
    return Rejection(index, line, (ahead_of_arrival(wire.published, arrived),))


def _plain(value: bytes) -> bool:
    """Return whether the fast decoder may read it: it looks at none of these in the fields it skips."""
    if value.count(b"{") + value.count(b"[") >= MAX_DEPTH or b"\\u0000" in value:
        return False
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def split_lines(value: bytes) -> list[bytes]:
    """Return the lines of a record that are not blank, or the record where it is one JSON value over several lines."""
    value = value.removeprefix(BOM)
    lines = [line for line in value.split(b"\n") if line and not line.isspace()]
    if len(lines) > 1 and not is_json(lines[0]) and is_json(value):
        return [value]
    return lines
