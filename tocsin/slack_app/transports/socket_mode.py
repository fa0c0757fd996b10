"""How do taps and commands come in without an open port? By Socket Mode: acknowledged first, done after."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

if TYPE_CHECKING:
    from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest
    from slack_sdk.web.async_client import AsyncWebClient

log = structlog.get_logger(__name__)


class Desk(Protocol):
    """What serves requests."""

    def answer(self, kind: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        """Return what goes along with the acknowledgement, at once."""
        ...

    async def handle(self, kind: str, payload: dict[str, Any]) -> None:
        """Do what an acknowledged request asks for."""
        ...


class Socket:
    """A connection that opens itself again when Slack closes it, as it does about every hour."""

    def __init__(self, app_token: str, client: AsyncWebClient, desk: Desk) -> None:
        self._app_token = app_token
        self._web = client
        self._desk = desk
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Listen until cancelled.

        Raises:
            slack_sdk.errors.SlackApiError: Slack does not accept the token.
        """
        logger = logging.getLogger("tocsin.slack_app.transports.socket_mode.client")
        logger.setLevel(logging.ERROR)
        client = SocketModeClient(self._app_token, logger=logger, web_client=self._web, proxy=self._web.proxy)
        client.socket_mode_request_listeners.append(self._take)
        try:
            await client.connect()  # type: ignore[no-untyped-call]
            log.info("listening to Slack")
            await asyncio.Event().wait()
        finally:
            await client.close()  # type: ignore[no-untyped-call]

    async def _take(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """Acknowledge within the three seconds that Slack allows, whatever the work takes."""
        said = self._desk.answer(request.type, request.payload)
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, said))
        task = asyncio.create_task(self._desk.handle(request.type, request.payload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
