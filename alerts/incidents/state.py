"""What does triage remember of a brand between two signals?"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec.structs import replace

from alerts.incidents.model import Incident, Kind
from alerts.incidents.silences import Silence

EPISODES_KEPT: Final = 64
ACTIONS_KEPT: Final = 64


class Case(msgspec.Struct, frozen=True):
    """One brand's triage of a kind: the incident that is open, or the last one, and what has been applied already."""

    brand: str
    incident: Incident | None = None
    clock: int = 0  # latest event time seen, ms
    pending: bool = False  # a change waits for the next update
    applied: dict[str, tuple[int, int]] = {}  # episode → highest revision applied, its event time
    forgotten: int = -1  # episodes seen last at or before this (ms) are no longer in `applied`
    acted: tuple[str, ...] = ()  # ids of the latest actions
    dismissed: tuple[str, ...] = ()  # episodes that a person declared over
    held: int = 0  # breaches that the cooldown held back since the end
    silences: tuple[Silence, ...] = ()  # that somebody asked for, while they last
    silenced: int = 0  # signals that a silence or an inhibition kept from being told
    serial: int = 1  # incidents that opened in the same minute
    kind: Kind = ""  # of its incidents


def new_case(brand: str, kind: Kind = "") -> Case:
    """Return the case of a brand of which nothing is known."""
    return Case(brand=brand, kind=kind)


def remember(case: Case, episode: str, revision: int, at: int) -> Case:
    """Note that a signal is applied; the memory is bounded, and knows up to when it has forgotten."""
    applied = {**case.applied, episode: (revision, at)}
    if len(applied) <= EPISODES_KEPT:
        return replace(case, applied=applied)
    oldest = min(applied, key=lambda name: (applied[name][1], name))
    _, seen = applied.pop(oldest)
    return replace(case, applied=applied, forgotten=max(case.forgotten, seen))


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Case)


def encode(case: Case) -> bytes:
    """Return the bytes of a case, for a table."""
    return _encoder.encode(case)


def decode(raw: bytes) -> Case:
    """Return the case that `encode` wrote.

    Raises:
        msgspec.DecodeError: the bytes are not a case.
    """
    return _decoder.decode(raw)
