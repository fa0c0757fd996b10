"""Permission to act on a brand, and the way of an action to Kafka."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import structlog

from alerts.rendering.escaping import mention, mrkdwn
from config.brands.on_call import on_call_users
from config.brands.responders import permission
from tocsin.slack_app.text import translate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from alerts.incidents.model import Action
    from config.brands.model import Brand
    from config.brands.responders import Permission

log = structlog.get_logger(__name__)


class UserGroups(Protocol):
    """Where user groups are looked up."""

    async def groups_of(self, user: str, among: tuple[str, ...]) -> frozenset[str]:
        """Return those of the user groups `among` that `user` is in."""
        ...


class ActionGateway:
    """Sends the actions of people who may act on a brand."""

    def __init__(self, groups: UserGroups, send: Callable[[Action], Awaitable[None]], now: Callable[[], int]) -> None:
        self._groups = groups
        self._send = send
        self.now = now

    async def refusal(self, user: str, brand: Brand) -> str:
        """Return why a user may not act on a brand, as mrkdwn; "" if they may."""
        verdict = await self._permission(user, brand)
        log.info("action requested", brand=brand.name, user=user, permission=verdict)
        if verdict != "not_allowed":
            return ""
        who = mention(on_call_users(brand, self.now())) or translate(brand.language, "nobody")
        return translate(brand.language, "refused", brand=mrkdwn(brand.name, 60), who=who)

    async def is_allowed(self, user: str, brand: Brand) -> bool:
        """Return whether a user may act on a brand."""
        return await self._permission(user, brand) != "not_allowed"

    async def _permission(self, user: str, brand: Brand) -> Permission:
        named = tuple(one for one in brand.responders if one.startswith("S"))
        asked = named and user not in brand.responders
        return permission(brand, user, await self._groups.groups_of(user, named) if asked else frozenset())

    async def submit(self, action: Action, brand: Brand) -> str:
        """Send an action; return the error to show to the user, "" on success."""
        return await self.attempt(self._send(action), brand)

    async def attempt(self, work: Awaitable[None], brand: Brand) -> str:
        """Await a request to Kafka; return the error to show to the user, "" on success."""
        try:
            await work
        except Exception as error:  # noqa: BLE001  whatever fails, the person has to know that nothing happened
            log.error("action failed", brand=brand.name, reason=type(error).__name__)  # noqa: TRY400
            return translate(brand.language, "failed")
        return ""
