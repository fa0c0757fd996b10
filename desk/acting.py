"""May this person act on a brand, and how is an act passed on?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import structlog

from alerts.escape import mention, mrkdwn
from config.routing import called
from desk.intent import permission
from desk.wording import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from alerts.incident import Action
    from config.brand import Brand

log = structlog.get_logger(__name__)


class Groups(Protocol):
    """Where user groups are looked up."""

    async def groups_of(self, user: str, among: tuple[str, ...]) -> frozenset[str]:
        """Return those of the user groups `among` that `user` is in."""
        ...


class Acting:
    """Passes on what those do who may."""

    def __init__(self, groups: Groups, send: Callable[[Action], Awaitable[None]], now: Callable[[], int]) -> None:
        self._groups = groups
        self._send = send
        self.now = now

    async def refusal(self, user: str, brand: Brand) -> str:
        """Return why a person may not act on a brand, politely, as mrkdwn; nothing where they may."""
        named = tuple(one for one in brand.may_act if one.startswith("S"))
        asked = named and user not in brand.may_act
        member = await self._groups.groups_of(user, named) if asked else frozenset()
        verdict = permission(brand, user, member)
        log.info("asked to act", brand=brand.name, user=user, permission=verdict)
        if verdict != "nobody_named_them":
            return ""
        who = mention(called(brand, self.now())) or say(brand.language, "nobody")
        return say(brand.language, "refused", brand=mrkdwn(brand.name, 60), who=who)

    async def pass_on(self, action: Action, brand: Brand) -> str:
        """Pass an act on; return what the person has to know where that failed, nothing where it went well."""
        return await self.attempt(self._send(action), brand)

    async def attempt(self, work: Awaitable[None], brand: Brand) -> str:
        """Await what passes something on; return what the person has to know where that failed."""
        try:
            await work
        except Exception as error:  # noqa: BLE001  whatever fails, the person has to know that nothing happened
            log.error("what was asked for could not be passed on", brand=brand.name, why=type(error).__name__)  # noqa: TRY400
            return say(brand.language, "failed")
        return ""
