"""App Store: the newest reviews of an app in one country, with their stars."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from sources.item import Item, Page
from sources.kinds.feed import MAX_BYTES, read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sources.client import PoliteClient
    from sources.settings import SourceSettings

SERVER: Final = "https://itunes.apple.com"


class AppStore:
    """The public feed of reviews, as XML: its JSON lacks dates. It is undocumented, and some see it empty."""

    def __init__(self, settings: SourceSettings, clock: Callable[[], float] = time.time) -> None:  # noqa: TID251
        app = quote(settings.query.strip().removeprefix("id"), safe="")
        base = (settings.url or SERVER).rstrip("/")
        self._url = f"{base}/{settings.country}/rss/customerreviews/id={app}/sortBy=mostRecent/xml"
        self._channel = f"app-store-{settings.country}"
        self._clock = clock

    async def fetch(self, client: PoliteClient, position: Mapping[str, Any]) -> Page:
        """Return the newest reviews; the entry about the app itself has no stars and is left out."""
        del position
        answer = await client.get(self._url, max_bytes=MAX_BYTES)
        now = int(self._clock() * 1000)
        items = await asyncio.to_thread(read, answer.body or b"", answer.headers, self._url, now)
        review = {"channel": self._channel, "kind": "review"}
        return Page([Item(item.mention | review) for item in items if "rating" in item.mention])
