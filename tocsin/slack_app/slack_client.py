"""Client of Slack's Web API for listeners: user groups, ephemeral responses, modals, the Home tab."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
import structlog

from alerts.delivery.ports import DeliveryError
from alerts.notifiers.http import post
from alerts.notifiers.slack.errors import REQUEST_FAILURES, code_of
from alerts.notifiers.slack.notifier import LOOPBACK, web_client
from alerts.notifiers.slack.usergroups import UserGroups

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

log = structlog.get_logger(__name__)


class SlackClient:
    """User groups, ephemeral responses and views, through the Web API."""

    def __init__(self, token: str, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.client = web_client(token, url)
        self._host = urlsplit(url).hostname or ""
        self._groups = UserGroups(self.client, clock)

    async def groups_of(self, user: str, among: tuple[str, ...]) -> frozenset[str]:
        """Return those of the user groups `among` that `user` is in; a group that cannot be read counts as empty."""
        return frozenset([group for group in among if user in await self._groups.members(group)])

    async def respond_ephemeral(self, response_url: str, text: str) -> None:
        """Send a text that only the user sees, to a response URL of Slack's and no other."""
        if not self._is_slack(response_url):
            log.warning("response URL refused")
            return
        body = {"response_type": "ephemeral", "replace_original": False, "text": text}
        try:
            await post(
                response_url, msgspec.json.encode(body), {}, "Slack", "the address of an answer is good for 30 minutes"
            )
        except DeliveryError as error:
            log.warning("response failed", reason=error.code)

    async def open_modal(self, trigger_id: str, view: dict[str, Any]) -> bool:
        """Open a modal; return whether Slack did. A trigger is valid for three seconds."""
        return await self._show_view(self.client.views_open(trigger_id=trigger_id, view=view))

    async def update_modal(self, view_id: str, view: dict[str, Any]) -> None:
        """Replace the content of a modal, if it is still open."""
        await self._show_view(self.client.views_update(view_id=view_id, view=view))

    async def publish_home(self, user: str, view: dict[str, Any]) -> None:
        """Publish a user's Home tab."""
        await self._show_view(self.client.views_publish(user_id=user, view=view))

    async def _show_view(self, request: Awaitable[object]) -> bool:
        try:
            await request
        except REQUEST_FAILURES as error:
            log.warning("view failed", reason=code_of(error))
            return False
        return True

    def _is_slack(self, address: str) -> bool:
        try:
            parts = urlsplit(address)
        except ValueError:
            return False
        host = parts.hostname or ""
        if self._host in LOOPBACK:
            return host == self._host
        return parts.scheme == "https" and (host == "hooks.slack.com" or host.endswith(".slack.com"))
