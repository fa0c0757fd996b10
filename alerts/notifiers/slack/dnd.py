"""Do-not-disturb: whether everybody whom a page mentions has paused notifications in Slack.

No app gets through Slack's do-not-disturb, which is on by default from 22:00 to 08:00.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import structlog

from alerts.delivery.rate_limit import Clock
from alerts.notifiers.slack.errors import LOOKUP_FAILURES, code_of
from alerts.notifiers.slack.notifier import web_client
from alerts.notifiers.slack.usergroups import UserGroups

if TYPE_CHECKING:
    from collections.abc import Sequence

log = structlog.get_logger(__name__)

CACHE_TTL: Final = 60.0
"""Seconds for which an answer is remembered."""

TIMEOUT: Final = 5
"""Seconds that a page waits for an answer."""

BATCH_SIZE: Final = 50
"""People whom Slack answers about in one request."""

_PERSON: Final = re.compile(r"[UW][A-Z0-9]+")


class DoNotDisturb:
    """Asks Slack (`dnd.teamInfo`, scope `dnd:read`); where Slack does not answer, users count as reachable."""

    def __init__(self, token: str, url: str, clock: Clock | None = None) -> None:
        self._client = web_client(token, url, retry_handlers=[], timeout=TIMEOUT)
        self._clock = clock or Clock()
        self._groups = UserGroups(self._client, self._clock.monotonic)
        self._known: dict[tuple[str, ...], tuple[float, bool]] = {}
        self._granted = True

    async def all_in_dnd(self, mentioned: Sequence[str]) -> bool:
        """Tell whether all users behind these Slack ids (groups: all members) are in do-not-disturb now."""
        ids = tuple(sorted(set(mentioned)))
        if not ids or not self._granted:
            return False
        until, known = self._known.get(ids, (0.0, False))
        if self._clock.monotonic() < until:
            return known
        behind = [{one} if _PERSON.fullmatch(one) else await self._groups.members(one) for one in ids]
        found = all(behind) and await self._all_paused(sorted(set[str]().union(*behind)))
        self._known[ids] = self._clock.monotonic() + CACHE_TTL, found
        return found

    async def _all_paused(self, people: Sequence[str]) -> bool:
        try:
            for place in range(0, len(people), BATCH_SIZE):
                if not await self._batch_paused(people[place : place + BATCH_SIZE]):
                    return False
        except LOOKUP_FAILURES as error:
            why = code_of(error)
            self._granted = why != "missing_scope"
            log.warning("do-not-disturb lookup failed", reason=why)
            return False
        return True

    async def _batch_paused(self, people: Sequence[str]) -> bool:
        answer = await self._client.dnd_teamInfo(users=list(people))
        users = answer.get("users") or {}
        return all(_is_paused(users.get(one) or {}, self._clock.wall() / 1000) for one in people)


def _is_paused(hours: dict[str, Any], now: float) -> bool:
    """Tell whether now (s) is within the hours that Slack names of a person."""
    return bool(hours.get("dnd_enabled")) and hours.get("next_dnd_start_ts", 0) <= now < hours.get("next_dnd_end_ts", 0)
