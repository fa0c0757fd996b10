"""What would other thresholds have done over the last days? The past through the live functions, one at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import structlog

from detectors.model.text import format_number
from replay.player.preview_cache import PREVIEW_DAYS, PreviewCache
from tocsin.web.text import translate

if TYPE_CHECKING:
    from config.brands.model import Brand
    from detectors.model.text import Language
    from tocsin.web.sources.base import DataSource

log = structlog.get_logger(__name__)

LEARNED: Final = 7
"""Days before them, from which the usual is learned."""


class Trial:
    """Replays a brand's last days, beside the loop that answers."""

    def __init__(self, world: DataSource) -> None:
        self._days = PreviewCache(lambda name, since, until: world.read_scored(name, since, until + 1), world.now, LEARNED)
        self._turn = asyncio.Lock()

    async def said(self, brand: Brand, proposed: Brand, language: Language) -> str:
        """Return in one sentence what `proposed` would have done in place of `brand`."""
        async with self._turn:
            try:
                return await asyncio.to_thread(self._compute, brand, proposed, language)
            except Exception as error:  # noqa: BLE001  a preview that fails must not keep anybody from saving
                log.error("a preview failed", brand=brand.name, why=f"{type(error).__name__}: {error}")  # noqa: TRY400
                return translate(language, "preview_failed")

    def _compute(self, brand: Brand, proposed: Brand, language: Language) -> str:
        found = self._days.preview(brand, proposed)
        if not found.mentions:
            return translate(language, "preview_empty", days=PREVIEW_DAYS)
        sentence = found.sentence(language, ZoneInfo(brand.timezone))
        return translate(language, "preview_said", days=PREVIEW_DAYS, count=format_number(found.mentions, language), sentence=sentence)
