"""Slack notifier: one message for each incident by the Web API, with the incident in the message's metadata."""

from __future__ import annotations

import asyncio
import logging
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from alerts.delivery.ports import DeliveryError, MessageRef
from alerts.notifiers.slack.errors import error_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

    from slack_sdk.web.async_slack_response import AsyncSlackResponse

    from alerts.rendering.message import Message

EVENT: Final = "tocsin_incident"
REPLY: Final = "tocsin_reply"
URL: Final = "https://slack.com/api/"

TIMEOUT: Final = 10.0
CONNECT: Final = 5.0
"""Seconds."""

SKEW: Final = 120_000
"""How far (ms) Slack's clock may be behind ours when a message is searched for."""

_POLL_DELAYS: Final = (0.2, 0.3, 0.5, 1.0, 2.0, 3.0, 3.0)
"""Seconds between two checks whether Slack has processed a file."""

_PAGES: Final = 50
_ID: Final = re.compile(r"[CDG][A-Z0-9]{7,}")
_TS: Final = re.compile(r"[0-9]{1,12}\.[0-9]{6}")
_SLACKS: Final = ("slack.com", "slack-gov.com")
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class SlackNotifier:
    """A notifier that posts as a Slack app. Use it within one event loop, and close it.

    The client retries nothing by itself: a repeated post would be a second message. One session keeps the connection
    open, which saves the handshake when it matters.
    """

    def __init__(self, token: str, url: str = URL, timeout: float = TIMEOUT) -> None:
        self._client = web_client(token, url, retry_handlers=[])
        self._timeout = aiohttp.ClientTimeout(total=timeout, connect=min(timeout, CONNECT))
        self._ids: dict[str, str] = {}  # channel name → id

    async def close(self) -> None:
        """Close the connection."""
        if self._client.session is not None:
            await self._client.session.close()

    async def auth_test(self) -> str:
        """Return the name of the workspace and of the bot.

        Raises:
            DeliveryError: the token is not accepted, or Slack cannot be reached.
        """
        answer = await self._call(self._client_with_session().auth_test())
        return f"{answer.get('team', '?')} as {answer.get('user', '?')}"

    async def post(self, channel: str, message: Message) -> MessageRef:
        """Post a message and return where it stands."""
        request = self._client_with_session().chat_postMessage(channel=channel, **payload(message, EVENT), **_NO_UNFURL)
        answer = await self._call(request)
        receipt = MessageRef(str(answer["channel"]), str(answer["ts"]))
        self._ids[channel] = receipt.channel
        return receipt

    async def update(self, receipt: MessageRef, message: Message) -> None:
        """Replace what a message shows."""
        shown = {"blocks": []} | payload(message, EVENT)  # without blocks Slack would keep the old ones
        await self._call(self._client_with_session().chat_update(channel=receipt.channel, ts=receipt.ts, **shown))

    async def reply(self, receipt: MessageRef, message: Message) -> None:
        """Post in a message's thread."""
        shown = payload(message, REPLY)
        request = self._client_with_session().chat_postMessage(
            channel=receipt.channel, thread_ts=receipt.ts, **shown, **_NO_UNFURL
        )
        await self._call(request)

    async def find(self, channel: str, incident: str, since: int) -> MessageRef | None:
        """Return the incident's message posted since an instant (wall clock, ms), the first if there are several."""
        found = await self._find_messages(await self._channel_id(channel), incident, since)
        return found[-1] if found else None

    async def delete_duplicates(self, receipt: MessageRef, incident: str, since: int) -> int:
        """Delete the incident's other messages: those that Slack accepted too late to be found; count them."""
        others = [one for one in await self._find_messages(receipt.channel, incident, since) if one != receipt]
        for other in others:
            await self._call(self._client_with_session().chat_delete(channel=other.channel, ts=other.ts))
        return len(others)

    async def upload(self, name: str, content: bytes, alt: str) -> str:
        """Upload a file, shared with nobody: the message that shows it shares it."""
        options = {"filename": name, "length": len(content), "alt_txt": alt}
        begun = await self._call(
            self._client_with_session().api_call("files.getUploadURLExternal", http_verb="GET", params=options)
        )
        file = str(begun["file_id"])
        await self._upload_content(str(begun["upload_url"]), content)
        await self._call(self._client_with_session().files_completeUploadExternal(files=[{"id": file, "title": name}]))
        for wait in _POLL_DELAYS:
            answer = await self._call(self._client_with_session().files_info(file=file))
            if (answer.get("file") or {}).get("mimetype"):
                return file
            await asyncio.sleep(wait)
        raise DeliveryError("timeout", "Slack does not finish processing an uploaded file", retryable=True)

    async def delete_file(self, file: str) -> None:
        """Delete a file."""
        await self._call(self._client_with_session().files_delete(file=file))

    async def _upload_content(self, address: str, content: bytes) -> None:
        session = self._client_with_session().session
        assert session is not None
        try:
            async with session.post(address, data=content, proxy=self._client.proxy) as answer:
                if answer.status != HTTPStatus.OK:
                    raise DeliveryError("server_error", f"Slack answered {answer.status} to an upload", retryable=True)
        except TimeoutError as error:
            raise _unreachable("timeout", error) from None
        except aiohttp.ClientError as error:
            raise _unreachable("disconnected", error) from None

    async def _find_messages(self, place: str, incident: str, since: int) -> list[MessageRef]:
        """Return the incident's messages in a channel given by id, the latest first."""
        oldest = f"{(since - SKEW) / 1000:.6f}"
        options = {"channel": place, "oldest": oldest, "include_all_metadata": True}
        messages = self._messages("conversations.history", options)
        return [
            MessageRef(place, str(one["ts"]))
            async for one in messages
            if _has_metadata(one, EVENT, "incident", incident)
        ]

    async def has_reply(self, receipt: MessageRef, revision: int) -> bool:
        """Tell whether a message's thread holds the reply of a revision."""
        options = {"channel": receipt.channel, "ts": receipt.ts, "include_all_metadata": True}
        messages = self._messages("conversations.replies", options)
        return any([_has_metadata(message, REPLY, "revision", revision) async for message in messages])

    async def _messages(self, method: str, options: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        async for page in self._pages(method, options):
            for message in page.get("messages") or []:
                yield message

    async def _channel_id(self, channel: str) -> str:
        """Return the id of a channel given by name: only ids can be searched."""
        name = channel.removeprefix("#")
        if _ID.fullmatch(channel):
            return channel
        options = {"types": "public_channel,private_channel", "exclude_archived": True}
        if channel not in self._ids:
            async for page in self._pages("conversations.list", options):
                for one in page.get("channels") or []:
                    if one["name"] == name:
                        self._ids[channel] = str(one["id"])
        if channel not in self._ids:
            raise error_for("channel_not_found", {})
        return self._ids[channel]

    async def _pages(self, method: str, options: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        cursor = ""
        for _ in range(_PAGES):
            params = options | {"limit": 200} | ({"cursor": cursor} if cursor else {})
            page = await self._call(self._client_with_session().api_call(method, http_verb="GET", params=params))
            yield page
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _client_with_session(self) -> AsyncWebClient:
        """Return the client with a session that stays open; made here because it needs the running loop."""
        if self._client.session is None or self._client.session.closed:
            self._client.session = aiohttp.ClientSession(timeout=self._timeout)
        return self._client

    async def _call(self, request: Awaitable[AsyncSlackResponse]) -> dict[str, Any]:
        """Await a request; a failure becomes a DeliveryError without the token."""
        try:
            answer = await request
        except SlackApiError as error:
            raise _from_slack_error(error) from None
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise _unreachable("unreachable", error) from None
        except TimeoutError as error:
            raise _unreachable("timeout", error) from None
        except (aiohttp.ClientError, OSError, AttributeError) as error:  # the client trips over an answer that is text
            raise _unreachable("disconnected", error) from None
        return dict(answer.data) if isinstance(answer.data, dict) else {}


def web_client(token: str, url: str, **options: Any) -> AsyncWebClient:
    """Return a client of the Web API at `url` that logs no requests and, on the loopback, takes no proxy."""
    logger = logging.getLogger("alerts.notifiers.slack.notifier.client")
    logger.setLevel(logging.WARNING)  # below, the client writes whole requests into the log
    client = AsyncWebClient(token, base_url=url, logger=logger, **options)
    if urlsplit(url).hostname in LOOPBACK:
        client.proxy = None  # the client takes a proxy from the environment whatever NO_PROXY says
    return client


_NO_UNFURL: Final[dict[str, Any]] = {"unfurl_links": False, "unfurl_media": False}


def permalink(receipt: MessageRef, url: str = URL) -> str:
    """Return where a browser finds a message; empty for one that stands elsewhere, as in a terminal.

    Slack leads from there to the workspace that the browser is signed in to: `chat.getPermalink`, which knows the
    workspace's own address, would be one more request that can fail between a message and its receipt.

    >>> permalink(MessageRef("C1H9RESGA", "135854651.500008"))
    'https://slack.com/archives/C1H9RESGA/p135854651500008'
    """
    slack = urlsplit(url).hostname in _SLACKS and _ID.fullmatch(receipt.channel) and _TS.fullmatch(receipt.ts)
    return urljoin(url, f"/archives/{receipt.channel}/p{receipt.ts.replace('.', '')}") if slack else ""


def payload(message: Message, event: str) -> dict[str, Any]:
    """Return what is sent of a message; without blocks its text is shown."""
    payload = {"incident": message.incident, "revision": message.revision}
    content: dict[str, Any] = {"text": message.text, "metadata": {"event_type": event, "event_payload": payload}}
    return content | ({"blocks": message.blocks} if message.blocks else {})


def _has_metadata(message: dict[str, Any], event: str, key: str, value: object) -> bool:
    """Tell whether a message's metadata names this."""
    metadata = message.get("metadata") or {}
    return metadata.get("event_type") == event and (metadata.get("event_payload") or {}).get(key) == value


def _unreachable(code: str, error: Exception) -> DeliveryError:
    kind = type(error).__name__
    return DeliveryError(code, f"Slack cannot be reached ({kind}): check the network", retryable=True)


def _from_slack_error(error: SlackApiError) -> DeliveryError:
    """Return what Slack's answer means."""
    response = error.response
    status = getattr(response, "status_code", None) or getattr(response, "status", None) or 0
    data = getattr(response, "data", None)
    answer = data if isinstance(data, dict) else {}
    if status == 429:  # noqa: PLR2004  too many requests
        return DeliveryError("ratelimited", "Slack limits the rate", retryable=True, retry_after=_retry_after(response))
    if status >= 500 or not answer.get("error"):  # noqa: PLR2004  the server's fault
        return DeliveryError("server_error", f"Slack answered {status}: it may be down", retryable=True)
    return error_for(str(answer["error"]), answer)


def _retry_after(response: Any) -> float:
    """Return the seconds to wait that Slack names; thirty if it names none."""
    named = str(response.headers.get("Retry-After", ""))
    return float(named) if re.fullmatch(r"\d{1,6}(\.\d+)?", named) else 30.0
