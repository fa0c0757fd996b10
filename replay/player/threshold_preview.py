"""Preview of proposed thresholds for a server: one replay at a time, in a thread beside the event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from replay.player.preview_cache import CACHE_TTL, PreviewCache

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.brands.model import Brand
    from replay.player.preview import Preview
    from replay.player.preview_cache import ReadHistory

log = structlog.get_logger(__name__)


class ThresholdPreview:
    """Replays a brand's last days; `warm_up_days` before them only teach the baseline."""

    def __init__(self, read_history: ReadHistory, now: Callable[[], int], warm_up_days: int = 0) -> None:
        self._cache = PreviewCache(read_history, now, warm_up_days)
        self._lock = asyncio.Lock()

    async def compute(self, brand: Brand, proposed: Brand) -> Preview | None:
        """Return what `proposed` would have done in place of `brand`; None where the replay failed, which is logged."""
        async with self._lock:
            try:
                found = await asyncio.to_thread(self._cache.preview, brand, proposed)
            except Exception as error:  # noqa: BLE001  a preview that fails must not keep anybody from saving
                log.error("preview failed", brand=brand.name, reason=f"{type(error).__name__}: {error}")  # noqa: TRY400
                return None
        asyncio.get_running_loop().call_later(CACHE_TTL / 1000, self._cache.clear, self._cache.read_at)
        return found
