"""What listeners work with, and the order of their work: acknowledge, wait for the state, act."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from alerts.incidents.action_factory import build_action
from tocsin.slack_app.action_gateway import UserGroups
from tocsin.slack_app.modals.context import read_context
from tocsin.slack_app.transports.acknowledgement import acknowledgement_sent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from slack_bolt.context.ack.async_ack import AsyncAck

    from alerts.incidents.action_factory import ActionButton
    from alerts.incidents.model import Action, Incident
    from config.brands.model import Brand
    from detectors.model.signal_text import Language
    from replay.player.threshold_preview import ThresholdPreview
    from streams.moderation.queue_view import ModerationQueue
    from tocsin.slack_app.action_gateway import ActionGateway
    from tocsin.slack_app.modals.silence import SilenceModal
    from tocsin.slack_app.modals.threshold import ThresholdModal
    from tocsin.slack_app.payloads import View
    from tocsin.slack_app.reports.community_list import KnownCommunity
    from tocsin.slack_app.state import AppState


class SlackApi(UserGroups, Protocol):
    """What listeners call in Slack."""

    async def respond_ephemeral(self, response_url: str, text: str) -> None:
        """Send a text that only the person who clicked or typed sees."""
        ...

    async def open_modal(self, trigger_id: str, view: dict[str, Any]) -> bool:
        """Open a modal; return whether Slack did."""
        ...

    async def update_modal(self, view_id: str, view: dict[str, Any]) -> None:
        """Replace the content of a modal, if it is still open."""
        ...

    async def publish_home(self, user: str, view: dict[str, Any]) -> None:
        """Publish a user's Home tab."""
        ...


@dataclass(frozen=True)
class ListenerContext:
    """The parts that listeners share."""

    state: AppState
    gateway: ActionGateway
    slack: SlackApi
    silence: SilenceModal
    threshold: ThresholdModal
    preview: ThresholdPreview
    moderation: ModerationQueue | None = None
    community: Callable[[str], KnownCommunity] | None = None
    card_changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when somebody used a moderation card: it is brought up to date at once."""
    running: set[asyncio.Task[Any]] = field(default_factory=set)
    """Listeners at work. Bolt keeps no reference to them, so that they could be collected half-way."""

    async def run(self, ack: AsyncAck, work: Awaitable[None]) -> None:
        """Acknowledge, then do the work once brands and incidents are known."""
        await ack()
        await self.finish(work)

    async def finish(self, work: Awaitable[None]) -> None:
        """Do the work of an acknowledged request once brands and incidents are known."""
        task = asyncio.ensure_future(self._when_loaded(work))
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        await task

    async def _when_loaded(self, work: Awaitable[None]) -> None:
        try:
            await acknowledgement_sent()
            await self.state.incident_view.loaded()
        except BaseException:
            if asyncio.iscoroutine(work):
                work.close()
            raise
        await work

    async def drain(self, limit: float) -> None:
        """Wait until the listeners at work are done, at most `limit` seconds."""
        if self.running:
            await asyncio.wait(set(self.running), timeout=limit)

    def action(self, button: ActionButton, incident: Incident, revision: int, brand: Brand, user: str) -> Action:
        """Return the action of a button. Its id names what was shown, so that a double click is one action."""
        action_id = f"slack:{incident.id}:{revision}:{button}:{user}"
        return build_action(action_id, button, incident, user, self.gateway.now(), brand.timezone)

    def language_of(self, view: View) -> Language:
        """Return the language of the brand that a modal is about."""
        asked = read_context(view)
        return self.state.registry.brand(asked.brand).language if asked else "en"
