"""Members of Slack user groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from alerts.notifiers.slack.errors import LOOKUP_FAILURES, code_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk.web.async_client import AsyncWebClient

log = structlog.get_logger(__name__)

CACHE_TTL: Final = 300.0
"""Seconds for which a group's members are remembered."""


class UserGroups:
    """Asks Slack (`usergroups.users.list`, scope `usergroups:read`)."""

    def __init__(self, client: AsyncWebClient, clock: Callable[[], float]) -> None:
        """Take a client, and a clock (s) that only goes forward."""
        self._client = client
        self._clock = clock
        self._known: dict[str, tuple[float, frozenset[str]]] = {}

    async def members(self, group: str) -> frozenset[str]:
        """Return a group's members; where Slack does not answer, those known before, or nobody."""
        until, members = self._known.get(group, (0.0, frozenset()))
        if self._clock() < until:
            return members
        try:
            answer = await self._client.usergroups_users_list(usergroup=group)
        except LOOKUP_FAILURES as error:
            why = code_of(error)
            log.error("user group lookup failed", group=group, reason=why)  # noqa: TRY400
            return members
        members = frozenset(map(str, answer.get("users") or ()))
        self._known[group] = (self._clock() + CACHE_TTL, members)
        return members
