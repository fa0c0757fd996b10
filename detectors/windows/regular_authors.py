"""Authors with a share of a brand's mentions that no person has: a name behind which a source hides many people.

An author who wrote MIN_SHARE of the mentions in half of the brand's hours with a mention, of MIN_HOURS at least, is
such a name. A person who floods for a day or two does not come near: the hours before count.

Blind spot: a name behind which fewer mentions hide, or one that a source begins to write today. The well-known ones are
in `mentions.model.placeholders`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from detectors.windows.top_counts import TopCounts

if TYPE_CHECKING:
    from collections.abc import Sequence

MIN_SHARE: Final = 0.2
MIN_HOURS: Final = 48
_HALVED_AT: Final = 336
"""Hours after which all counts are halved, so that what was long ago is forgotten."""

_PER_HOUR: Final = 5  # more authors cannot have MIN_SHARE


class RegularAuthors(msgspec.Struct, array_like=True):
    """How often which authors had a large share of an hour's sampled mentions."""

    hours: int = 0  # with a mention
    often: TopCounts = msgspec.field(default_factory=lambda: TopCounts(3 * _PER_HOUR))  # hours with a large share
    present: TopCounts = msgspec.field(default_factory=lambda: TopCounts(2 * _PER_HOUR))  # mentions of this hour
    sampled: int = 0  # of this hour

    def add(self, authors: Sequence[str]) -> None:
        """Count the authors of sampled mentions, "" where unknown."""
        self.sampled += len(authors)
        self.present.add_all(filter(None, authors))

    def end_hour(self) -> None:
        """Note who had a large share of the hour."""
        if not self.sampled:
            return
        self.hours += 1
        for author, count in self.present.lower_bounds().items():
            if count >= MIN_SHARE * self.sampled:
                self.often.add(author)
        self.present, self.sampled = TopCounts(2 * _PER_HOUR), 0
        if self.hours >= _HALVED_AT:
            self.hours //= 2
            halved = {author: count // 2 for author, count in self.often.lower_bounds().items() if count > 1}
            self.often = TopCounts(3 * _PER_HOUR, halved)

    def implausible(self) -> frozenset[str]:
        """Return the authors who cannot be one person."""
        if self.hours < MIN_HOURS:
            return frozenset()
        return frozenset(author for author, count in self.often.lower_bounds().items() if 2 * count >= self.hours)
