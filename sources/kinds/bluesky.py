"""Bluesky: every public post of the network, by Jetstream, to be filtered here."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import msgspec

from sources.item import Item, Page, SourceError
from sources.json_fields import inside, instant, number, text
from sources.mention_fields import deletion, mention

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from sources.client import CountedSocket, PoliteClient
    from sources.settings import SourceSettings

SERVER: Final = "wss://jetstream.us-east.bsky.network"
PATH: Final = "/xrpc/network.bsky.jetstream.subscribeEvents"
PROTOCOL: Final = "xrpc.v1.json"
POSTS: Final = "app.bsky.feed.post"
CHANNEL: Final = "bluesky"
BATCH: Final = 500
"""Events of a page at most."""

BATCH_TIME: Final = 1.0
"""Seconds after which a page goes out in any case."""

_BAD_REQUEST: Final = 400
_GAP: Final = "was away for longer than Bluesky keeps its posts: those in between are not heard"


class Bluesky:
    """The network's posts from a cursor on. The cursor is inclusive: its event comes again, and is known by its id.

    Jetstream keeps about 36 hours. A cursor that is older is refused (`CursorTooOld`): reading then starts at the
    present, and the gap is told.
    """

    def __init__(self, settings: SourceSettings) -> None:
        self._url = f"{(settings.url or SERVER).rstrip('/')}{PATH}"

    async def stream(self, client: PoliteClient, position: Mapping[str, Any]) -> AsyncGenerator[Page, None]:
        """Yield the posts after `position` in pages of a second."""
        params = {"kinds": "commit", "collections": POSTS}
        cursor = {"cursor": str(position["seq"])} if "seq" in position else {}
        try:
            async with aclosing(self._read(client, params | cursor, position)) as pages:
                async for page in pages:
                    yield page
        except SourceError as error:
            if not cursor or error.status != _BAD_REQUEST:
                raise
            async with aclosing(self._read(client, params, {}, notice=_GAP)) as pages:
                async for page in pages:
                    yield page

    async def _read(
        self, client: PoliteClient, params: Mapping[str, str], position: Mapping[str, Any], notice: str = ""
    ) -> AsyncGenerator[Page, None]:
        """Yield pages; `notice` goes with the first, so that the old cursor is kept until there is a new one."""
        last = int(position.get("seq", 0))
        async with client.websocket(self._url, params, PROTOCOL) as socket:
            async for events in _batches(socket):
                known = [number(event, "payload", "seq") for event in events]
                last = max([last, *(seq for seq in known if seq is not None)])
                items = [item for event in events if (item := read(event.get("payload"))) is not None]
                yield Page(items, {"seq": last}, notice=notice)
                notice = ""


async def _batches(socket: CountedSocket) -> AsyncGenerator[list[dict[str, Any]], None]:
    """Yield events, as many as come within a second; those before the stream breaks go out first."""
    loop = asyncio.get_running_loop()
    while True:
        events, deadline = [await _next(socket)], loop.time() + BATCH_TIME
        broken: SourceError | None = None
        while len(events) < BATCH and (left := deadline - loop.time()) > 0 and broken is None:
            try:
                async with asyncio.timeout(left):
                    events.append(await _next(socket))
            except TimeoutError:
                break
            except SourceError as error:
                broken = error
        yield events
        if broken is not None:
            raise broken


async def _next(socket: CountedSocket) -> dict[str, Any]:
    while True:
        message = await socket.receive()
        if message.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING}:
            raise SourceError("closed the connection")
        if message.type is aiohttp.WSMsgType.ERROR:
            raise SourceError("broke the connection")
        if message.type in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
            try:
                event = msgspec.json.decode(message.data)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
            if text(event, "$type") == "error":
                reason = text(event, "payload", "message") or text(event, "payload", "error") or "without a reason"
                raise SourceError(f"ended the stream: {reason[:200]}")
            if isinstance(event, dict):
                return event


def read(payload: Any) -> Item | None:
    """Return the post of an event, or its deletion; None where it is neither."""
    operation = text(payload, "operation")
    if operation not in {"create", "update", "delete"} or text(payload, "collection") not in {"", POSTS}:
        return None
    did, rkey, said = text(payload, "did"), text(payload, "rkey"), text(payload, "record", "text")
    published = instant(payload, "time") or instant(payload, "record", "createdAt")
    if not did or not rkey or published is None:
        return None
    if operation == "delete":
        return deletion(f"{did}/{rkey}", published, CHANNEL)
    langs = inside(payload, "record", "langs")
    parent, root = text(payload, "record", "reply", "parent", "uri"), text(payload, "record", "reply", "root", "uri")
    return mention(
        f"{did}/{rkey}",
        said,
        published,
        CHANNEL,
        kind="comment" if parent else "post",
        author=did,
        url=f"https://bsky.app/profile/{did}/post/{rkey}",
        lang=langs[0] if isinstance(langs, list) and len(langs) == 1 and isinstance(langs[0], str) else None,
        reply_to=_post_name(parent),
        thread=_post_name(root),
    )


def _post_name(uri: str) -> str | None:
    """Return the id of a post by its address.

    >>> _post_name("at://did:plc:ana/app.bsky.feed.post/3k")
    'did:plc:ana/3k'
    """
    found = uri.removeprefix("at://").split(f"/{POSTS}/")
    return "/".join(found) if len(found) == 2 and uri.startswith("at://") else None  # noqa: PLR2004  author and post
