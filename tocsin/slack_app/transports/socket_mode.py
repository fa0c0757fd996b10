"""Socket Mode: requests over a WebSocket that the app opens, without an open port."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk.socket_mode.response import SocketModeResponse

from tocsin.slack_app.transports.acknowledgement import acknowledging

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp
    from slack_sdk.socket_mode.aiohttp import SocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest
    from slack_sdk.web.async_client import AsyncWebClient

log = structlog.get_logger(__name__)


class SocketModeListener(AsyncSocketModeHandler):
    """Connection to Slack that opens itself again when Slack closes it, about once an hour."""

    def __init__(self, app: AsyncApp, app_token: str, client: AsyncWebClient) -> None:
        logger = logging.getLogger("tocsin.slack_app.transports.socket_mode.client")
        logger.setLevel(logging.ERROR)  # below, it writes the WebSocket's address, which holds a ticket
        super().__init__(app, app_token, logger=logger, web_client=client, proxy=client.proxy)

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Serve an envelope; one that Bolt cannot read is acknowledged too, or Slack would repeat it."""
        try:
            with acknowledging():
                await super().handle(client, req)
        except Exception as error:  # noqa: BLE001  Bolt reads payloads without checking their shape
            if not isinstance(error, ConnectionError):  # else what it asked for is done
                log.error("request failed", type=str(req.type)[:40], reason=type(error).__name__)  # noqa: TRY400
            await self._acknowledge(client, req)

    @staticmethod
    async def _acknowledge(client: SocketModeClient, req: SocketModeRequest) -> None:
        """Acknowledge an envelope, if the connection is still open."""
        try:
            await client.send_socket_mode_response(SocketModeResponse(req.envelope_id))
        except Exception as error:  # noqa: BLE001  each way in which the client says that it is closed
            reason = type(error).__name__
            log.warning("request not acknowledged, Slack repeats it", type=str(req.type)[:40], reason=reason)

    async def run(self) -> None:
        """Listen until cancelled.

        Raises:
            slack_sdk.errors.SlackApiError: Slack does not accept the app-level token.
        """
        try:
            await self.client.connect()  # type: ignore[no-untyped-call]
            log.info("connected to Slack by Socket Mode")
            await asyncio.Event().wait()
        finally:
            await self.client.close()  # type: ignore[no-untyped-call]
