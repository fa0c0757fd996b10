"""An office with its parts at hand: brands, incidents, and what it did and said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alerts.incidents.model import Action, encode
from config.brands.model import Brand
from replay.player.threshold_preview import ThresholdPreview
from tests.support.alerts import START, incident_of, signal
from tocsin.slack_app.action_gateway import ActionGateway
from tocsin.slack_app.app import build_app
from tocsin.slack_app.main import build_context
from tocsin.slack_app.state import AppState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.brands.overrides import BrandWithOverrides


class FakeSlackApi:
    """What the office needs of Slack, remembered."""

    def __init__(self, groups: Mapping[str, set[str]]) -> None:
        self.groups = groups
        self.said: list[str] = []

    async def groups_of(self, user: str, among: tuple[str, ...]) -> frozenset[str]:
        """Return the groups that `user` is in."""
        return frozenset(group for group in among if user in self.groups.get(group, ()))

    async def respond_ephemeral(self, response_url: str, text: str) -> None:
        """Remember what was said."""
        assert response_url
        self.said.append(text)

    async def open_modal(self, trigger_id: str, view: dict[str, Any]) -> bool:
        """Open nothing: what modals do is tested before the stand-in."""
        return bool(trigger_id and view)

    async def update_modal(self, view_id: str, view: dict[str, Any]) -> None:
        """Change nothing."""

    async def publish_home(self, user: str, view: dict[str, Any]) -> None:
        """Show nothing."""


class HandlerHarness:
    """An office of one brand, acme, with one open incident."""

    def __init__(self, brand: Brand | None = None, groups: Mapping[str, set[str]] | None = None) -> None:
        self.hall, self.sent = FakeSlackApi(groups or {}), list[Action]()
        self.failing = False
        known = AppState()
        known.registry.put(brand or Brand(name="acme"), 1)
        known.registry.refresh()
        self.incident = incident_of(signal(0, severity="critical"))
        known.incident_view.apply(self.incident.id.encode(), encode(self.incident))
        known.incident_view.mark_loaded()
        acting = ActionGateway(self.hall, self._send, lambda: START + 60_000)
        self.office = Office(known, acting, self.hall, self._apply, Trial(lambda *_: (), acting.now))

    async def _send(self, action: Action) -> None:
        if self.failing:
            raise ConnectionError("the broker is away")
        self.sent.append(action)

    async def _apply(self, governed: BrandWithOverrides) -> None:
        raise AssertionError(governed)

    async def tap(self, action_id: str, user: str = "U0ANA", option: str = "", block_id: str = "") -> None:
        """Tap on the incident's card."""
        block = block_id or f"{self.incident.id}|{self.incident.revision}"
        action = {"action_id": action_id, "block_id": block} | (
            {"selected_option": {"value": option}} if option else {}
        )
        payload = {"type": "block_actions", "user": {"id": user}, "actions": [action], "response_url": "http://x/1"}
        await self.office.handle("interactive", payload)

    async def ask(self, text: str) -> str:
        """Type the command; return the answer."""
        payload = {"command": "/tocsin", "user_id": "U0ANA", "text": text, "response_url": "http://x/1"}
        await self.office.handle("slash_commands", payload)
        return self.hall.said[-1]
