"""A tap, a modal or a command came in: what is done, and what is the person told?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import structlog

from alerts.buttons import Pressed, pressed
from alerts.escape import moment, mrkdwn
from desk import commands, payloads, views
from desk.acting import Acting, Groups
from desk.intent import act
from desk.silencing import CALLBACK, Silencing, about
from desk.wording import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from alerts.incident import Action, Incident
    from config.brand import Brand
    from desk.known import Known
    from desk.payloads import Interaction, Submission, View

log = structlog.get_logger(__name__)


class Reach(Groups, Protocol):
    """What the office needs of Slack."""

    async def whisper(self, response_url: str, text: str) -> None:
        """Tell the person who tapped or typed, and nobody else."""
        ...

    async def open(self, trigger_id: str, view: dict[str, Any]) -> bool:
        """Open a modal; tell whether Slack did."""
        ...

    async def update(self, view_id: str, view: dict[str, Any]) -> None:
        """Show something else in a modal, if it is open still."""
        ...


class Form(Protocol):
    """A modal that is filled in."""

    def errors(self, view: View) -> dict[str, str]:
        """Return what is wrong with what was filled in, by block."""
        ...

    async def save(self, view: View, user: str) -> str:
        """Do what was asked for; return what the person is to know, as mrkdwn."""
        ...


class Office:
    """Does what people ask for by Slack."""

    def __init__(
        self, known: Known, send: Callable[[Action], Awaitable[None]], reach: Reach, now: Callable[[], int]
    ) -> None:
        self._known = known
        self._acting = Acting(reach, send, now)
        self._reach = reach
        self._now = now
        self._silencing = Silencing(self._acting, known.directory)
        self._forms: dict[str, Form] = {CALLBACK: self._silencing}

    def answer(self, kind: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        """Return what goes along with the acknowledgement: what is wrong in a modal, or that it is taken.

        Quick, and never raises: Slack waits for it.
        """
        submitted = payloads.submission(payload) if kind == "interactive" else None
        form = self._forms.get(submitted.view.callback_id) if submitted else None
        if submitted is None or form is None:
            return None
        if errors := form.errors(submitted.view):
            return {"response_action": "errors", "errors": errors}
        language = self._language(submitted.view)
        return {"response_action": "update", "view": views.notice(language, say(language, "passing_on"))}

    async def handle(self, kind: str, payload: dict[str, Any]) -> None:
        """Do what an acknowledged request asks for; `kind` is `interactive` or `slash_commands`. Never raises."""
        try:
            await self._known.ledger.loaded()
            await self._serve(kind, payload)
        except Exception as error:  # noqa: BLE001  a request that cannot be served must not end the app
            log.error("a request could not be served", kind=kind[:40], why=type(error).__name__)  # noqa: TRY400

    async def _serve(self, kind: str, payload: dict[str, Any]) -> None:
        if kind == "interactive" and (tap := payloads.interaction(payload)) is not None:
            await self._tapped(tap)
        elif kind == "interactive" and (submitted := payloads.submission(payload)) is not None:
            await self._submitted(submitted)
        elif kind == "slash_commands" and (command := payloads.command(payload)) is not None:
            await self._reach.whisper(command.response_url, await self._asked(command))
        else:
            log.info("nothing to do for this request", kind=kind[:40], type=str(payload.get("type"))[:40])

    async def _submitted(self, submitted: Submission) -> None:
        form = self._forms.get(submitted.view.callback_id)
        if form is None or form.errors(submitted.view):
            return
        said = await form.save(submitted.view, submitted.user.id)
        await self._reach.update(submitted.view.id, views.notice(self._language(submitted.view), said))

    def _language(self, view: View) -> Any:
        asked = about(view)
        return self._known.directory.brand(asked.brand).language if asked else "en"

    async def _tapped(self, tap: Interaction) -> None:
        for one in tap.actions:
            button = pressed(one.action_id, one.block_id, one.option)
            said = await self._press(button, tap) if button else ""
            if said:
                await self._reach.whisper(tap.response_url, said)

    async def _press(self, button: Pressed, tap: Interaction) -> str:
        """Do what a button says; return what the person has to know, if anything."""
        incident = self._known.ledger.incidents.get(button.incident)
        if incident is None:
            return say("en", "gone")
        brand = self._known.directory.brand(incident.brand)
        if refusal := await self._acting.refusal(tap.user.id, brand):
            return refusal
        if button.press == "silence":
            return await self._open(tap, self._silence(incident, brand), brand)
        return await self._acting.pass_on(act(button, incident, brand, tap.user.id, self._now()), brand)

    def _silence(self, incident: Incident, brand: Brand) -> dict[str, Any]:
        return self._silencing.form(incident, brand, self._known.silenced.running(brand.name, self._now()))

    async def _open(self, tap: Interaction, view: dict[str, Any], brand: Brand) -> str:
        return "" if await self._reach.open(tap.trigger_id, view) else say(brand.language, "failed")

    async def _asked(self, command: payloads.Command) -> str:
        brands = self._known.directory.brands()
        asked = commands.snooze(command.text, brands)
        if isinstance(asked, commands.Snooze):
            return await self._snooze(asked, command.user_id)
        return asked or commands.answer(command.text, brands, self._known.ledger.latest(), self._now())

    async def _snooze(self, asked: commands.Snooze, user: str) -> str:
        brand, name = asked.brand, mrkdwn(asked.brand.name, 60)
        running = [one for one in self._known.ledger.latest() if one.brand == brand.name and one.status != "resolved"]
        if not running:
            return say(brand.language, "slash_nothing_open", brand=name)
        action = act(Pressed(asked.press, running[0].id, running[0].revision), running[0], brand, user, self._now())
        until = moment(action.until or 0, "{date_short_pretty} {time}")
        done = say(brand.language, "slash_snoozed", brand=name, moment=until)
        return await self._acting.refusal(user, brand) or await self._acting.pass_on(action, brand) or done
