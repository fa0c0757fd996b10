"""Triage state: what is kept of a brand between two records."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec.structs import replace

from alerts.incidents.model import Incident, IncidentKind
from alerts.incidents.silences import Silence

MAX_EPISODES: Final = 64
MAX_ACTIONS: Final = 64


class TriageState(msgspec.Struct, frozen=True):
    """State of one brand and kind: the open incident or the last one, and which records are applied already."""

    brand: str
    incident: Incident | None = None
    clock: int = 0  # latest event time seen, ms
    update_pending: bool = False  # a change waits for the next update
    applied_signals: dict[str, tuple[int, int]] = {}  # episode → highest revision applied, its event time
    evicted_before: int = -1  # episodes seen last at or before this (ms) are no longer in `applied_signals`
    applied_actions: tuple[str, ...] = ()  # ids of the latest actions
    dismissed: tuple[str, ...] = ()  # episodes that a user dismissed
    suppressed_count: int = 0  # breaches suppressed by the cooldown since the end
    silences: tuple[Silence, ...] = ()  # created by users, while they last
    silenced_count: int = 0  # signals that were silenced or inhibited
    serial: int = 1  # incidents that opened in the same minute
    kind: IncidentKind = ""  # of its incidents
    removed_at: int | None = None  # since when (event time, ms) the brand is not configured any more
    deletions: tuple[tuple[int, int], ...] = ()  # key and event time of the latest deleted mentions, oldest first


def new_state(brand: str, kind: IncidentKind = "") -> TriageState:
    """Return the state of a brand without any record yet."""
    return TriageState(brand=brand, kind=kind)


def mark_applied(state: TriageState, episode: str, revision: int, at: int) -> TriageState:
    """Return the state with a signal marked as applied; the memory is bounded."""
    applied = {**state.applied_signals, episode: (revision, at)}
    if len(applied) <= MAX_EPISODES:
        return replace(state, applied_signals=applied)
    oldest = min(applied, key=lambda name: (applied[name][1], name))
    _, seen = applied.pop(oldest)
    return replace(state, applied_signals=applied, evicted_before=max(state.evicted_before, seen))


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(TriageState)


def encode(state: TriageState) -> bytes:
    """Return the bytes of a state, for a table."""
    return _encoder.encode(state)


def decode(raw: bytes) -> TriageState:
    """Return the state that `encode` wrote.

    Raises:
        msgspec.DecodeError: the bytes are not a triage state.
    """
    return _decoder.decode(raw)


def mark_removed(state: TriageState, *, watched: bool) -> TriageState:
    """Return the state of a brand that is configured, or is not any more: since when is kept."""
    if watched:
        return state if state.removed_at is None else replace(state, removed_at=None)
    return replace(state, removed_at=state.clock) if state.removed_at is None else state


def is_due_for_erasure(state: TriageState, retention: int) -> bool:
    """Tell whether a brand was removed `retention` [ms] of event time ago, and no incident of it is open."""
    if state.removed_at is None or state.clock - state.removed_at < retention:
        return False
    return state.incident is None or state.incident.resolved_at is not None
