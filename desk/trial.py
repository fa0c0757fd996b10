"""What would other thresholds have done over the last days? The past from Kafka through the live functions."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import structlog

from desk.wording import say
from replay.preview import preview

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from config.brand import Brand
    from detectors.policy import Policy
    from mentions.scored import Batch, Tick

    Past = Callable[[str, int, int], Sequence[Batch | Tick]]

log = structlog.get_logger(__name__)

DAYS: Final = 7
KEPT: Final = 600_000
"""How long (ms) a brand's past serves for further previews."""


class Trial:
    """Replays a brand's last days, one brand at a time, beside the loop that answers Slack."""

    def __init__(self, past: Past, now: Callable[[], int]) -> None:
        self._past = past
        self._now = now
        self._turn = asyncio.Lock()
        self._kept: tuple[str, int, Sequence[Batch | Tick]] = ("", 0, ())

    async def said(self, brand: Brand, today: Policy, proposed: Policy) -> str:
        """Return in one sentence what `proposed` would have done in place of `today`."""
        async with self._turn:
            try:
                said = await asyncio.to_thread(self._compute, brand, today, proposed)
            except Exception as error:  # noqa: BLE001  a preview that fails must not keep anybody from saving
                log.error("a preview failed", brand=brand.name, why=f"{type(error).__name__}: {error}")  # noqa: TRY400
                return say(brand.language, "preview_failed")
        asyncio.get_running_loop().call_later(KEPT / 1000, self._forget, self._kept[1])
        return said

    def _forget(self, at: int) -> None:
        """Let the past go that was read at an instant: it may be large."""
        if self._kept[1] == at:
            self._kept = "", 0, ()

    def _compute(self, brand: Brand, today: Policy, proposed: Policy) -> str:
        read = self._read(brand.name)
        before, after = (brand.model_copy(update={"detect": policy}) for policy in (today, proposed))
        found = preview(before, after, read)
        if not found.mentions:
            return say(brand.language, "preview_empty", days=DAYS)
        sentence = found.sentence(brand.language, ZoneInfo(brand.timezone))
        return say(brand.language, "previewed", days=DAYS, count=found.mentions, sentence=sentence)

    def _read(self, name: str) -> Sequence[Batch | Tick]:
        now = self._now()
        kept, at, read = self._kept
        if kept != name or now - at > KEPT:
            read = self._past(name, now - timedelta(days=DAYS) // timedelta(milliseconds=1), now)
            self._kept = name, now, read
        return read
