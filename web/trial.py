"""What would other thresholds have done over the last days? The past through the live functions, one at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import structlog

from detectors.wording import number
from replay.preview import preview
from web.wording import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.brand import Brand
    from detectors.wording import Language
    from mentions.scored import Batch, Tick
    from web.world import World

log = structlog.get_logger(__name__)

DAYS: Final = 7
LEARNED: Final = 7
"""Days before them, from which the usual is learned."""

KEPT: Final = 600_000
"""How long (ms) a brand's past serves for further previews."""

_DAY: Final = timedelta(days=1) // timedelta(milliseconds=1)


class Trial:
    """Replays a brand's last days, beside the loop that answers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._turn = asyncio.Lock()
        self._kept: tuple[str, int, Sequence[Batch | Tick]] = ("", 0, ())

    async def said(self, brand: Brand, proposed: Brand, language: Language) -> str:
        """Return in one sentence what `proposed` would have done in place of `brand`."""
        async with self._turn:
            try:
                return await asyncio.to_thread(self._compute, brand, proposed, language)
            except Exception as error:  # noqa: BLE001  a preview that fails must not keep anybody from saving
                log.error("a preview failed", brand=brand.name, why=f"{type(error).__name__}: {error}")  # noqa: TRY400
                return say(language, "preview_failed")

    def _compute(self, brand: Brand, proposed: Brand, language: Language) -> str:
        now = self._world.now()
        found = preview(brand, proposed, self._read(brand.name, now), now - DAYS * _DAY)
        if not found.mentions:
            return say(language, "preview_empty", days=DAYS)
        sentence = found.sentence(language, ZoneInfo(brand.timezone))
        return say(language, "preview_said", days=DAYS, count=number(found.mentions, language), sentence=sentence)

    def _read(self, name: str, now: int) -> Sequence[Batch | Tick]:
        kept, at, read = self._kept
        if kept != name or now - at > KEPT:
            read = self._world.past(name, now - (DAYS + LEARNED) * _DAY, now + 1)
            self._kept = name, now, read
        return read
