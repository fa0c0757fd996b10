"""Names of people and user groups in Slack, by their ids, for pages and the command line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import structlog

from alerts.notifiers.slack.errors import LOOKUP_FAILURES, code_of
from alerts.rendering.escaping import clean, clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from slack_sdk.web.async_client import AsyncWebClient

log = structlog.get_logger(__name__)

CACHE_TTL: Final = 3600.0
"""Seconds for which a name is remembered, and for which nothing is asked again after a refusal."""

MAX_LOOKUPS: Final = 40
"""People who are asked about at a time: Slack allows some fifty requests a minute."""

NAME_CHARS: Final = 60

_ID: Final = re.compile(r"[UWS][A-Z0-9]{1,20}")


class SlackNames:
    """Asks Slack (`users.info`, scope `users:read`, and `usergroups.list`, scope `usergroups:read`)."""

    def __init__(self, client: AsyncWebClient, clock: Callable[[], float]) -> None:
        """Take a client, and a clock (s) that only goes forward."""
        self._client = client
        self._clock = clock
        self._names: dict[str, str] = {}
        self._asked: dict[str, float] = {}
        self._paused_until = 0.0

    @property
    def known(self) -> Mapping[str, str]:
        """Return the names that are known, by id."""
        return self._names

    async def look_up(self, ids: Iterable[str]) -> None:
        """Ask for the names that are not known, or for long; where Slack does not answer, those known before stay."""
        now = self._clock()
        stale = [one for one in dict.fromkeys(ids) if _ID.fullmatch(one) and self._asked.get(one, 0.0) <= now]
        if not stale or now < self._paused_until:
            return
        try:
            if any(one[0] == "S" for one in stale):
                self._take_groups(await self._client.usergroups_list(include_disabled=True))
            for one in [one for one in stale if one[0] != "S"][:MAX_LOOKUPS]:
                self._take_user(one, await self._client.users_info(user=one))
        except LOOKUP_FAILURES as error:
            why = code_of(error)
            self._paused_until = now + (0.0 if why == "user_not_found" else CACHE_TTL)
            log.info("names not looked up", reason=why)
        self._asked |= dict.fromkeys(stale, now + CACHE_TTL)

    def _take_user(self, user: str, answer: Any) -> None:
        profile = (answer.get("user") or {}).get("profile") or {}
        self._take(user, profile.get("display_name") or profile.get("real_name"))

    def _take_groups(self, answer: Any) -> None:
        for group in answer.get("usergroups") or ():
            self._take(str(group.get("id")), group.get("name"))

    def _take(self, one: str, name: object) -> None:
        shown = clip(clean(str(name or "")), NAME_CHARS)
        if shown:
            self._names[one] = shown
