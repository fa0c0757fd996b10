"""A tap or a command came in: what is done, and what is the person told?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import structlog

from alerts.buttons import pressed
from alerts.escape import mention, mrkdwn
from alerts.rota import on_call
from alerts.wording import say, tongue
from desk import commands, payloads
from desk.intent import act, permission

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from alerts.incident import Action, Incident
    from config.brand import Brand
    from streams.brands import Directory
    from streams.ledger import Ledger

log = structlog.get_logger(__name__)


class Reach(Protocol):
    """What the office needs of Slack."""

    async def groups_of(self, user: str, among: tuple[str, ...]) -> frozenset[str]:
        """Return those of the user groups `among` that `user` is in."""
        ...

    async def whisper(self, response_url: str, text: str) -> None:
        """Tell the person who tapped or typed, and nobody else."""
        ...


class Office:
    """Does what people ask for by Slack. Every request is acknowledged before it comes here."""

    def __init__(
        self,
        directory: Directory,
        ledger: Ledger,
        send: Callable[[Action], Awaitable[None]],
        reach: Reach,
        now: Callable[[], int],
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._send = send
        self._reach = reach
        self._now = now

    async def handle(self, kind: str, payload: dict[str, Any]) -> None:
        """Do what a request asks for; `kind` is `interactive` or `slash_commands`. Never raises."""
        try:
            await self._ledger.loaded()
            if kind == "interactive" and (tap := payloads.interaction(payload)) is not None:
                await self._tapped(tap)
            elif kind == "slash_commands" and (command := payloads.command(payload)) is not None:
                await self._asked(command)
            else:
                log.info("nothing to do for this request", kind=kind[:40], type=str(payload.get("type"))[:40])
        except Exception as error:  # noqa: BLE001  a request that cannot be served must not end the app
            log.error("a request could not be served", kind=kind[:40], why=type(error).__name__)  # noqa: TRY400

    async def _tapped(self, tap: payloads.Interaction) -> None:
        for one in tap.actions:
            option = one.selected_option.value if one.selected_option else ""
            button = pressed(one.action_id, one.block_id, option)
            if button is None:
                continue
            incident = self._ledger.incidents.get(button.incident)
            if incident is None:
                await self._reach.whisper(tap.response_url, say("en", "gone"))
                continue
            brand = self._directory.brand(incident.brand)
            if await self._may(tap.user.id, brand):
                await self._pass_on(act(button, incident, brand, tap.user.id, self._now()), tap, brand)
            else:
                await self._refuse(tap, incident, brand)

    async def _may(self, user: str, brand: Brand) -> bool:
        groups = tuple(one for one in brand.may_act if one.startswith("S"))
        member = await self._reach.groups_of(user, groups) if groups and user not in brand.may_act else frozenset()
        verdict = permission(brand, user, member)
        log.info("asked to act", brand=brand.name, user=user, permission=verdict)
        return verdict != "nobody_named_them"

    async def _pass_on(self, action: Action, tap: payloads.Interaction, brand: Brand) -> None:
        try:
            await self._send(action)
        except Exception as error:  # noqa: BLE001  whatever fails, the person has to know that nothing happened
            log.error("an act could not be passed on", action=action.id, why=type(error).__name__)  # noqa: TRY400
            await self._reach.whisper(tap.response_url, say(tongue(brand.language), "failed"))

    async def _refuse(self, tap: payloads.Interaction, incident: Incident, brand: Brand) -> None:
        language = tongue(brand.language)
        who = mention((*brand.on_call, *on_call(brand.rota, self._now()))) or say(language, "nobody")
        text = say(language, "refused", brand=mrkdwn(incident.brand, 60), who=who)
        await self._reach.whisper(tap.response_url, text)

    async def _asked(self, command: payloads.Command) -> None:
        text = commands.answer(command.text, self._directory.brands(), self._ledger.latest(), self._now())
        await self._reach.whisper(command.response_url, text)
