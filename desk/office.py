"""A tap or a command came in: what is done, and what is the person told?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import structlog

from alerts.buttons import Pressed, pressed
from alerts.escape import moment, mrkdwn
from desk import commands, payloads
from desk.acting import Acting, Groups
from desk.intent import act
from desk.wording import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from alerts.incident import Action
    from streams.brands import Directory
    from streams.ledger import Ledger

log = structlog.get_logger(__name__)


class Reach(Groups, Protocol):
    """What the office needs of Slack."""

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
        self._acting = Acting(reach, send, now)
        self._reach = reach
        self._now = now

    async def handle(self, kind: str, payload: dict[str, Any]) -> None:
        """Do what a request asks for; `kind` is `interactive` or `slash_commands`. Never raises."""
        try:
            await self._ledger.loaded()
            if kind == "interactive" and (tap := payloads.interaction(payload)) is not None:
                await self._tapped(tap)
            elif kind == "slash_commands" and (command := payloads.command(payload)) is not None:
                await self._reach.whisper(command.response_url, await self._asked(command))
            else:
                log.info("nothing to do for this request", kind=kind[:40], type=str(payload.get("type"))[:40])
        except Exception as error:  # noqa: BLE001  a request that cannot be served must not end the app
            log.error("a request could not be served", kind=kind[:40], why=type(error).__name__)  # noqa: TRY400

    async def _tapped(self, tap: payloads.Interaction) -> None:
        for one in tap.actions:
            option = one.selected_option.value if one.selected_option else ""
            button = pressed(one.action_id, one.block_id, option)
            said = await self._press(button, tap.user.id) if button else ""
            if said:
                await self._reach.whisper(tap.response_url, said)

    async def _press(self, button: Pressed, user: str) -> str:
        """Do what a button says; return what the person has to know, if anything."""
        incident = self._ledger.incidents.get(button.incident)
        if incident is None:
            return say("en", "gone")
        brand = self._directory.brand(incident.brand)
        action = act(button, incident, brand, user, self._now())
        return await self._acting.refusal(user, brand) or await self._acting.pass_on(action, brand)

    async def _asked(self, command: payloads.Command) -> str:
        brands = self._directory.brands()
        asked = commands.snooze(command.text, brands)
        if isinstance(asked, commands.Snooze):
            return await self._snooze(asked, command.user_id)
        return asked or commands.answer(command.text, brands, self._ledger.latest(), self._now())

    async def _snooze(self, asked: commands.Snooze, user: str) -> str:
        brand, name = asked.brand, mrkdwn(asked.brand.name, 60)
        running = [one for one in self._ledger.latest() if one.brand == brand.name and one.status != "resolved"]
        if not running:
            return say(brand.language, "slash_nothing_open", brand=name)
        action = act(Pressed(asked.press, running[0].id, running[0].revision), running[0], brand, user, self._now())
        until = moment(action.until or 0, "{date_short_pretty} {time}")
        done = say(brand.language, "slash_snoozed", brand=name, moment=until)
        return await self._acting.refusal(user, brand) or await self._acting.pass_on(action, brand) or done
