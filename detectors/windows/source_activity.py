"""Which channels does a brand hear from, and when did each last speak?"""

from __future__ import annotations

from typing import Final

import msgspec

ROOM: Final = 8
"""Channels followed: the busiest."""

_AGED_AT: Final = 4096
_NAME_CHARS: Final = 40


class Channel(msgspec.Struct, array_like=True):
    """What one channel brought."""

    count: int  # halved with all others from time to time: a share of the recent past
    last: int  # minute of its latest mention


class Channels(msgspec.Struct, array_like=True):
    """The busiest channels: a Space-Saving table whose counts age."""

    known: dict[str, Channel] = {}
    total: int = 0

    def add(self, names: list[str], minute: int) -> None:
        """Count mentions of one minute by channel, in order."""
        for full in names:
            name = full[:_NAME_CHARS]
            channel = self.known.get(name)
            if channel is None:
                channel = self.known[name] = Channel(self._room(), minute)
            channel.count += 1
            channel.last = max(channel.last, minute)
            self.total += 1
            if self.total >= _AGED_AT:
                self._age()

    def forget(self, minute: int) -> None:
        """Drop the channels that have not spoken since `minute`: they are no longer usual."""
        for name in [name for name, channel in self.known.items() if channel.last < minute]:
            self.total -= self.known.pop(name).count

    def share(self, name: str) -> float:
        """Return a channel's share of the mentions."""
        return min(1.0, self.known[name].count / self.total)

    def _room(self) -> int:
        """Make room for one more, and return the count it takes over from the one that gives way."""
        if len(self.known) < ROOM:
            return 0
        least = min(self.known, key=lambda name: self.known[name].count)
        return self.known.pop(least).count

    def _age(self) -> None:
        for channel in self.known.values():
            channel.count //= 2
        self.total = sum(channel.count for channel in self.known.values())
