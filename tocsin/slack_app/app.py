"""Slack app on Bolt: one registered function per action id, command, modal and event.

Every request is acknowledged before any work is done. A request that nobody listens for, or that is not what Slack
documents, is acknowledged and logged: Slack would repeat it and show the person an error otherwise.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse

from tocsin.slack_app.listeners import buttons, command, home, moderation, report, silence, threshold

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from tocsin.slack_app.listeners.context import ListenerContext
    from tocsin.slack_app.transports.replay_guard import ReplayGuard

log = structlog.get_logger(__name__)


def build_app(
    context: ListenerContext, client: AsyncWebClient, signing_secret: str = "", replay_guard: ReplayGuard | None = None
) -> AsyncApp:
    """Return the app with all its listeners.

    Args:
        context: what the listeners work with.
        client: of the Web API, with its proxy and base URL.
        signing_secret: with which Slack signs requests over HTTP; not needed for Socket Mode.
        replay_guard: refuses a signed request that comes a second time; required for HTTP.
    """
    app = AsyncApp(
        name="tocsin",
        logger=_quiet_logger(),
        signing_secret=signing_secret,
        client=_without_token(client),
        authorize=_authorize,
        before_authorize=replay_guard.middleware if replay_guard else None,
        raise_error_for_unhandled_request=True,
    )
    for listeners in (buttons, silence, threshold, command, home, report, moderation):
        listeners.register(app, context)
    app.error(_on_error)
    return app


async def _authorize() -> AuthorizeResult:
    """Return the one installation there is: Bolt would call auth.test before it acknowledges the first request."""
    return AuthorizeResult(enterprise_id=None, team_id=None)


async def _on_error(error: Exception, body: Any) -> BoltResponse:
    kind = str(body.get("type") or body.get("command"))[:40] if isinstance(body, dict) else ""
    if isinstance(error, BoltUnhandledRequestError):
        log.info("request without a listener", type=kind)
    else:
        log.error("request failed", type=kind, reason=type(error).__name__)
    return BoltResponse(status=200, body="")


def _without_token(client: AsyncWebClient) -> AsyncWebClient:
    """Return a client for Bolt itself, which sends nothing: the listeners use `SlackClient`."""
    return type(client)(base_url=client.base_url, proxy=client.proxy, timeout=client.timeout)


def _quiet_logger() -> logging.Logger:
    """Return Bolt's logger: below ERROR it would write payloads, which hold names, texts and response URLs."""
    logger = logging.getLogger("tocsin.slack_app.bolt")
    logger.setLevel(logging.ERROR)
    return logger
