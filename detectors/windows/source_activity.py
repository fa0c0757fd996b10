"""Source activity: the busiest channels of a brand, their share of its mentions, and when each last sent one."""

from __future__ import annotations

from typing import Final

import msgspec

MAX_SOURCES: Final = 8
"""Number of channels that are followed, the busiest ones."""

_HALVED_AT: Final = 4096
_NAME_CHARS: Final = 40


class Source(msgspec.Struct, array_like=True):
    """Activity of one channel."""

    count: int  # halved together with all others at times, so it reflects the recent past
    last: int  # minute of its latest mention


class SourceActivity(msgspec.Struct, array_like=True):
    """Busiest channels: a Space-Saving table whose counts age."""

    sources: dict[str, Source] = {}
    total: int = 0

    def add(self, names: list[str], minute: int) -> None:
        """Count mentions of one minute by channel, in order."""
        for full in names:
            name = full[:_NAME_CHARS]
            channel = self.sources.get(name)
            if channel is None:
                channel = self.sources[name] = Source(self._make_room(), minute)
            channel.count += 1
            channel.last = max(channel.last, minute)
            self.total += 1
            if self.total >= _HALVED_AT:
                self._halve()

    def forget(self, minute: int) -> None:
        """Drop the channels without a mention since `minute`: none is expected from them any longer."""
        for name in [name for name, channel in self.sources.items() if channel.last < minute]:
            self.total -= self.sources.pop(name).count

    def share(self, name: str) -> float:
        """Return a channel's share of the mentions."""
        return min(1.0, self.sources[name].count / self.total)

    def _make_room(self) -> int:
        """Make room for one more channel, and return the count that it takes over."""
        if len(self.sources) < MAX_SOURCES:
            return 0
        least = min(self.sources, key=lambda name: self.sources[name].count)
        return self.sources.pop(least).count

    def _halve(self) -> None:
        for channel in self.sources.values():
            channel.count //= 2
        self.total = sum(channel.count for channel in self.sources.values())
