"""The topics of an installation: names, compaction, retention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

DAY: Final = timedelta(days=1)
MAX_STATE_BYTES: Final = 4_000_000
"""Bytes: a brand's state is about 6 to 12 kB, but may hold back more than a megabyte while a backlog is read."""


@dataclass(frozen=True)
class Topic:
    """One topic: its full name, whether it is compacted, and how long its records are kept."""

    name: str
    compacted: bool = False
    retention: timedelta | None = None  # None: for ever (compacted topics), or the broker's own default
    max_bytes: int | None = None  # bytes of a record; None: the broker's own default, about a megabyte

    def config(self) -> dict[str, str]:
        """Return the broker's settings for this topic."""
        settings: dict[str, str] = {}
        if self.compacted:
            settings["cleanup.policy"] = "compact,delete" if self.retention else "compact"
            settings["segment.ms"] = str(int(timedelta(hours=1).total_seconds() * 1000))
            settings["min.cleanable.dirty.ratio"] = "0.1"
        if self.retention:
            settings["retention.ms"] = str(int(self.retention.total_seconds() * 1000))
        if self.max_bytes:
            settings["max.message.bytes"] = str(self.max_bytes)
        return settings


class Topics:
    """The topics of one installation. All names carry its prefix, so that several live side by side."""

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.application = f"{prefix}tocsin"
        self.mentions = Topic(f"{prefix}mentions", retention=7 * DAY)
        self.dead_letters = Topic(f"{prefix}mentions.dead-letters", retention=30 * DAY)
        self.scored = Topic(f"{prefix}mentions.scored", retention=7 * DAY)
        self.signals = Topic(f"{prefix}signals", retention=30 * DAY)
        self.actions = Topic(f"{prefix}actions", retention=365 * DAY)
        self.incidents = Topic(f"{prefix}incidents", compacted=True, retention=365 * DAY)
        self.notifications = Topic(f"{prefix}notifications", retention=30 * DAY)
        self.brands = Topic(f"{prefix}brands", compacted=True)
        self.watch_state = Topic(self.changelog("watch"), compacted=True, max_bytes=MAX_STATE_BYTES)
        self.triage_state = Topic(self.changelog("triage"), compacted=True)
        self.moderation = Topic(f"{prefix}moderation", retention=90 * DAY)
        self.community = Topic(f"{prefix}community", compacted=True, max_bytes=MAX_STATE_BYTES)
        self.community_notes = Topic(f"{prefix}community.notes", compacted=True)
        self.heartbeats = Topic(f"{prefix}heartbeats", retention=2 * DAY)
        self.source_cursors = Topic(f"{prefix}source-cursors", compacted=True, max_bytes=MAX_STATE_BYTES)
        self.source_health = Topic(f"{prefix}source-health", compacted=True, retention=30 * DAY)
        self.receipts = Topic(self.changelog("receipts"), compacted=True, retention=90 * DAY)

    def changelog(self, table: str) -> str:
        """Return the name Faust gives to a table's changelog topic."""
        return f"{self.application}-{table}-changelog"

    def all(self) -> tuple[Topic, ...]:
        """Return every topic; all have the same number of partitions, so that equal keys meet on one worker."""
        return tuple(value for value in vars(self).values() if isinstance(value, Topic))
