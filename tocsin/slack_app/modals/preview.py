"""What would other thresholds have done over the last days? The past from Kafka through the live functions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from replay.player.preview_cache import PREVIEW_DAYS, CACHE_TTL, PreviewCache
from tocsin.slack_app.text import translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.brands.model import Brand
    from detectors.policy import Policy
    from replay.player.preview_cache import ReadHistory

log = structlog.get_logger(__name__)


class Trial:
    """Replays a brand's last days, one brand at a time, beside the loop that answers Slack."""

    def __init__(self, past: ReadHistory, now: Callable[[], int]) -> None:
        self._days = PreviewCache(past, now)
        self._turn = asyncio.Lock()

    async def said(self, brand: Brand, today: Policy, proposed: Policy) -> str:
        """Return in one sentence what `proposed` would have done in place of `today`."""
        async with self._turn:
            try:
                said = await asyncio.to_thread(self._compute, brand, today, proposed)
            except Exception as error:  # noqa: BLE001  a preview that fails must not keep anybody from saving
                log.error("a preview failed", brand=brand.name, why=f"{type(error).__name__}: {error}")  # noqa: TRY400
                return translate(brand.language, "preview_failed")
        asyncio.get_running_loop().call_later(CACHE_TTL / 1000, self._days.clear, self._days.read_at)
        return said

    def _compute(self, brand: Brand, today: Policy, proposed: Policy) -> str:
        before, after = (brand.model_copy(update={"detect": policy}) for policy in (today, proposed))
        found = self._days.preview(before, after)
        if not found.mentions:
            return translate(brand.language, "preview_empty", days=PREVIEW_DAYS)
        sentence = found.sentence(brand.language, ZoneInfo(brand.timezone))
        return translate(brand.language, "previewed", days=PREVIEW_DAYS, count=found.mentions, sentence=sentence)
