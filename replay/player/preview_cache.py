"""Preview cache: reads a brand's last days once and keeps them a while for further previews."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from replay.player.preview import preview

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from config.brands.model import Brand
    from mentions.model.batches import Batch, Tick
    from replay.player.preview import Preview
    from replay.player.result import ReplayResult

    ReadHistory = Callable[[str, int, int], Sequence[Batch | Tick]]
    """Brand, since, until (ms) → its scored mentions and ticks."""

PREVIEW_DAYS: Final = 7
"""The days that a preview is about."""

CACHE_TTL: Final = 600_000
"""How long (ms) a brand's past serves for further previews."""

_DAY: Final = timedelta(days=1) // timedelta(milliseconds=1)


class PreviewCache:
    """Previews over one brand's last days at a time; the `warm_up_days` before them only train the baseline."""

    def __init__(self, read_history: ReadHistory, now: Callable[[], int], warm_up_days: int = 0) -> None:
        self._past = read_history
        self._now = now
        self._learned = warm_up_days
        self.read_at = 0
        self._name = ""
        self._source: Sequence[Batch | Tick] = ()
        self._known: tuple[Brand, ReplayResult] | None = None

    def preview(self, brand: Brand, proposed: Brand) -> Preview:
        """Return what `proposed` would have done in place of `brand`.

        A further question about the same brand as it is now takes half the time: only the proposal is replayed.
        """
        self._read(brand.name)
        known = self._known[1] if self._known is not None and self._known[0] == brand else None
        since = self.read_at - PREVIEW_DAYS * _DAY if self._learned else 0
        found = preview(brand, proposed, self._source, since, known)
        self._known = brand, found.current
        return found

    def clear(self, read_at: int) -> None:
        """Let the past go that was read at an instant, if it is still kept: it may be large."""
        if self.read_at == read_at:
            self.read_at, self._name, self._source, self._known = 0, "", (), None

    def _read(self, name: str) -> None:
        now = self._now()
        if self._name != name or now - self.read_at > CACHE_TTL:
            self._known = None
            self._source = self._past(name, now - (PREVIEW_DAYS + self._learned) * _DAY, now)
            self._name, self.read_at = name, now
