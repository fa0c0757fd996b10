"""Trial of a source: asked once, nothing sent, with what came and what is wrong."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sources.budget import Budget, Limits
from sources.client import PoliteClient
from sources.item import SourceError
from sources.protocol import LookingSource
from sources.registry import source
from sources.selection import Selection
from streams.clock import wall_ms
from streams.listening.health import allowed

if TYPE_CHECKING:
    from sources.item import Page
    from sources.registry import Tokens
    from streams.listening.listener import WantedSource

STREAM_TIME: Final = 15.0
"""Seconds in which a stream must send something."""

_EMPTY: Final = "answers, but shows nothing: check `url` and `query`; some servers show strangers an empty list"


@dataclass(frozen=True)
class Trial:
    """What came of asking a source."""

    source: str
    items: int = 0
    mentions: tuple[bytes, ...] = ()
    newest: str = ""
    error: str = ""
    notice: str = ""
    budget: str = ""  # of a day and a month

    def record(self) -> dict[str, Any]:
        """Return it as a line of JSON says it."""
        return {
            "source": self.source,
            "ok": not self.error,
            "items": self.items,
            "mentions": len(self.mentions),
            "newest": self.newest or None,
            "budget": self.budget or None,
            "reason": self.error or self.notice or None,
        }


async def try_source(name: str, wanted: WantedSource, tokens: Tokens) -> Trial:
    """Ask a source once."""
    return replace(await _try(name, wanted, tokens), budget=allowed(Budget(*wanted.settings.limits).lines))


async def _try(name: str, wanted: WantedSource, tokens: Tokens) -> Trial:
    settings = wanted.settings
    try:
        async with PoliteClient(Budget(Limits(requests=20)), allow_private=settings.private_addresses) as client:
            page = await _first_page(source(settings, tokens), client)
    except SourceError as error:
        return Trial(name, error=str(error))
    except TimeoutError:
        return Trial(name, error=f"sent nothing within {STREAM_TIME:.0f} s")
    except Exception as error:  # noqa: BLE001  what a stranger sends may break any reader
        return Trial(name, error=f"answers what is not understood ({type(error).__name__})")
    posts = list({item.id: item for item in page.items if not item.deleted}.values())  # feeds repeat entries
    selection, now = Selection(wanted.brands, name), wall_ms()
    mentions = tuple(record for item in posts for record in selection.select(item, now).records)
    latest = max((item.mention["published_at"] for item in posts), default=0)
    newest = f"{datetime.fromtimestamp(latest / 1000, UTC):%Y-%m-%d %H:%M}" if latest else ""
    return Trial(name, len(posts), mentions, newest, notice=page.notice or ("" if posts else _EMPTY))


async def _first_page(asked: Any, client: PoliteClient) -> Page:
    if isinstance(asked, LookingSource):
        return await asked.look(client)
    if not hasattr(asked, "stream"):
        page: Page = await asked.fetch(client, {})
        return page
    async with asyncio.timeout(STREAM_TIME), aclosing(asked.stream(client, {})) as pages:
        async for first in pages:
            return first  # type: ignore[no-any-return]
    raise SourceError("ended the stream")
