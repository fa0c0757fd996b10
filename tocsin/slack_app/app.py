"""A tap, a modal or a command came in: what is done, and what is the person told?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog

from alerts.incidents.action_factory import build_action
from alerts.rendering.buttons import parse_click
from alerts.rendering.escaping import slack_date, mrkdwn
from replay.player.preview_cache import PREVIEW_DAYS
from tocsin.slack_app import commands, home, payloads, views
from tocsin.slack_app.action_gateway import ActionGateway, UserGroups
from tocsin.slack_app.modals import silence, threshold
from tocsin.slack_app.modals.context import read_context
from tocsin.slack_app.modals.silence import SilenceModal
from tocsin.slack_app.modals.threshold import ThresholdModal
from tocsin.slack_app.text import majority_language, translate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from alerts.incidents.action_factory import ActionButton
    from alerts.incidents.model import Action, Incident
    from alerts.rendering.buttons import ButtonClick
    from config.brands.model import Brand
    from config.brands.overrides import BrandWithOverrides
    from tocsin.slack_app.modals.preview import Trial
    from tocsin.slack_app.payloads import Interaction, Submission, BlockAction, View
    from tocsin.slack_app.state import AppState

log = structlog.get_logger(__name__)

SETTLING: Final = 1.5
"""Seconds after which what was tapped in the home tab shows there: an act goes through Kafka and back."""


class SlackApi(UserGroups, Protocol):
    """What the office needs of Slack."""

    async def respond_ephemeral(self, response_url: str, text: str) -> None:
        """Tell the person who tapped or typed, and nobody else."""
        ...

    async def open_modal(self, trigger_id: str, view: dict[str, Any]) -> bool:
        """Open a modal; tell whether Slack did."""
        ...

    async def update_modal(self, view_id: str, view: dict[str, Any]) -> None:
        """Show something else in a modal, if it is open still."""
        ...

    async def publish_home(self, user: str, view: dict[str, Any]) -> None:
        """Show a home tab to somebody."""
        ...


class Form(Protocol):
    """A modal that is filled in."""

    def validate(self, view: View) -> dict[str, str]:
        """Return what is wrong with what was filled in, by block."""
        ...

    async def save(self, view: View, user: str) -> str:
        """Do what was asked for; return what the person is to know, as mrkdwn."""
        ...


class Office:
    """Does what people ask for by Slack."""

    def __init__(
        self, known: AppState, acting: ActionGateway, reach: SlackApi, apply: Callable[[BrandWithOverrides], Awaitable[None]], trial: Trial
    ) -> None:
        self._known = known
        self._acting = acting
        self._reach = reach
        self._trial = trial
        self._silencing = SilenceModal(acting, known.registry)
        self._thresholds = ThresholdModal(acting, known.registry, apply)
        self._forms: dict[str, Form] = {silence.CALLBACK: self._silencing, threshold.CALLBACK: self._thresholds}

    def answer(self, kind: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        """Return what goes along with the acknowledgement: what is wrong in a modal, or that it is taken.

        Quick, and never raises: Slack waits for it.
        """
        try:
            return self._judge(kind, payload)
        except Exception as error:  # noqa: BLE001  without an acknowledgement nothing is done at all
            log.error("a modal could not be judged", why=type(error).__name__)  # noqa: TRY400
            return None

    def _judge(self, kind: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        submitted = payloads.submission(payload) if kind == "interactive" else None
        form = self._forms.get(submitted.view.callback_id) if submitted else None
        if submitted is None or form is None:
            return None
        if errors := form.validate(submitted.view):
            return {"response_action": "errors", "errors": errors}
        language = self._language(submitted.view)
        return {"response_action": "update", "view": views.notice(language, translate(language, "passing_on"))}

    async def handle(self, kind: str, payload: dict[str, Any]) -> None:
        """Do what an acknowledged request asks for; `kind` is `interactive` or `slash_commands`. Never raises."""
        try:
            await self._known.incident_view.loaded()
            await self._serve(kind, payload)
        except Exception as error:  # noqa: BLE001  a request that cannot be served must not end the app
            log.error("a request could not be served", kind=kind[:40], why=type(error).__name__)  # noqa: TRY400

    async def _serve(self, kind: str, payload: dict[str, Any]) -> None:
        if kind == "interactive" and (tap := payloads.interaction(payload)) is not None:
            await self._tapped(tap)
        elif kind == "interactive" and (submitted := payloads.submission(payload)) is not None:
            await self._submitted(submitted)
        elif kind == "slash_commands" and (command := payloads.command(payload)) is not None:
            await self._reach.respond_ephemeral(command.response_url, await self._asked(command))
        elif kind == "events_api" and (user := payloads.home_opened_by(payload)):
            await self._welcome(user)
        else:
            log.info("nothing to do for this request", kind=kind[:40], type=str(payload.get("type"))[:40])

    async def _submitted(self, submitted: Submission) -> None:
        form = self._forms.get(submitted.view.callback_id)
        if form is None or form.validate(submitted.view):
            return
        said = await form.save(submitted.view, submitted.user.id)
        await self._reach.update_modal(submitted.view.id, views.notice(self._language(submitted.view), said))

    def _language(self, view: View) -> Any:
        asked = read_context(view)
        return self._known.registry.brand(asked.brand).language if asked else "en"

    async def _tapped(self, tap: Interaction) -> None:
        for one in tap.actions:
            if one.action_id == threshold.PREVIEW and tap.view is not None:
                await self._preview(tap.view, tap.user.id)
            elif said := await self._do(one, tap):
                await self._tell(tap, said)
            if tap.view is not None and tap.view.type == "home":
                await asyncio.sleep(SETTLING)
                await self._welcome(tap.user.id)

    async def _do(self, one: BlockAction, tap: Interaction) -> str:
        """Do what an element says; return what the person has to know, if anything."""
        if one.action_id == silence.REMOVE:
            return await self._lift(one.option, tap.user.id)
        if one.action_id == threshold.REMOVE:
            return await self._thresholds.remove(*silence.parse_value(one.option), tap.user.id)
        button = parse_click(one.action_id, one.block_id, one.option)
        return await self._press(button, tap) if button else ""

    async def _tell(self, tap: Interaction, said: str) -> None:
        """Tell a person alone: beside the message, or in a modal."""
        if tap.view is None:
            await self._reach.respond_ephemeral(tap.response_url, said)
        elif tap.view.type == "modal":
            await self._reach.update_modal(tap.view.id, views.notice(self._language(tap.view), said))
        else:
            await self._reach.open_modal(tap.trigger_id, views.notice(majority_language(self._known.registry.brands()), said))

    async def _welcome(self, user: str) -> None:
        """Show somebody the home tab: of the brands that they may act on."""
        brands = self._known.registry.brands().items()
        names = [name for name, brand in sorted(brands) if await self._acting.is_allowed(user, brand)]
        await self._reach.publish_home(user, home.build_home(self._known, names, self._acting.now()))

    async def _press(self, button: ButtonClick, tap: Interaction) -> str:
        """Do what a button of a card says; return what the person has to know, if anything."""
        incident = self._known.incident_view.incidents.get(button.incident)
        if incident is None:
            return translate("en", "gone")
        governed = self._known.registry.with_overrides(incident.brand)
        brand = governed.brand
        if refusal := await self._acting.refusal(tap.user.id, brand):
            return refusal
        if button.button == "silence":
            return await self._open(tap, self._silence(incident, brand), brand)
        if button.button == "threshold" and not self._known.registry.watches(incident.brand):
            return translate(brand.language, "not_configured", brand=mrkdwn(incident.brand, 60))
        if button.button == "threshold":
            return await self._open(tap, self._thresholds.build(incident, governed), brand)
        action = self._act(button.button, incident, button.revision, brand, tap.user.id)
        return await self._acting.submit(action, brand)

    def _act(self, press: ActionButton, incident: Incident, revision: int, brand: Brand, user: str) -> Action:
        """Return the act that a button of a card stands for, as it stood at a revision."""
        name = f"slack:{incident.id}:{revision}:{press}:{user}"
        return build_action(name, press, incident, user, self._acting.now(), brand.timezone)

    def _silence(self, incident: Incident, brand: Brand) -> dict[str, Any]:
        return self._silencing.build(incident, brand, self._known.silences.active(brand.name, self._acting.now()))

    async def _open(self, tap: Interaction, view: dict[str, Any], brand: Brand) -> str:
        return "" if await self._reach.open_modal(tap.trigger_id, view) else translate(brand.language, "failed")

    async def _lift(self, value: str, user: str) -> str:
        name, wanted = silence.parse_value(value)
        brand, at = self._known.registry.brand(name), self._acting.now()
        found = next((one for one in self._known.silences.active(name, at) if one.id == wanted), None)
        if found is None:
            return translate(brand.language, "lifted_already")
        done = translate(brand.language, "lifted", what=silence.describe(found, brand.language))
        passed = silence.unsilence(brand, found, user, at)
        return await self._acting.refusal(user, brand) or await self._acting.submit(passed, brand) or done

    async def _preview(self, view: View, user: str) -> None:
        """Show in the modal what was filled in would have done: at once that it is computed, then what came of it."""
        asked = read_context(view)
        if asked is None or not self._known.registry.watches(asked.brand):
            return
        governed = self._known.registry.with_overrides(asked.brand)
        brand, language = governed.brand, governed.brand.language

        async def show(said: str) -> None:
            await self._reach.update_modal(view.id, self._thresholds.render(asked, governed, said))

        if said := await self._acting.refusal(user, brand):
            await show(said)
        elif errors := self._thresholds.validate(view):
            await show(translate(language, "preview_errors", what=mrkdwn(" ".join(errors.values()), 500)))
        else:
            await show(translate(language, "previewing", days=PREVIEW_DAYS))
            await show(await self._trial.said(brand, *self._thresholds.proposed_policies(view)))

    async def _asked(self, command: payloads.Command) -> str:
        brands = self._known.registry.brands()
        asked = commands.parse_snooze(command.text, brands)
        if isinstance(asked, commands.SnoozeCommand):
            return await self._snooze(asked, command.user_id)
        return asked or commands.answer(
            command.text, brands, [*self._known.incident_view.incidents.values()], self._acting.now()
        )

    async def _snooze(self, asked: commands.SnoozeCommand, user: str) -> str:
        brand, name = asked.brand, mrkdwn(asked.brand.name, 60)
        running = [one for one in self._known.open_incidents() if brand.name in one.all_brands]
        if not running:
            return translate(brand.language, "slash_nothing_open", brand=name)
        if refusal := await self._acting.refusal(user, brand):
            return refusal
        said, until = "", 0
        for incident in running:
            action = self._act(asked.duration, incident, incident.revision, brand, user)
            said, until = said or await self._acting.submit(action, brand), action.until or 0
        done = slack_date(until, "{date_short_pretty} {time}")
        return said or translate(brand.language, "slash_snoozed", brand=name, moment=done)
