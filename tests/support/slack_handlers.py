"""The Slack app without a network: what it sends to Kafka and what it says to people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

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

    from slack_bolt.response import BoltResponse

    from config.brands.overrides import BrandWithOverrides


class FakeSlackApi:
    """Slack's methods that listeners call; it keeps what people were told."""

    def __init__(self, groups: Mapping[str, set[str]]) -> None:
        self.groups = groups
        self.replies: list[str] = []
        self.homes: list[str] = []

    async def groups_of(self, user: str, among: tuple[str, ...]) -> frozenset[str]:
        """Return the groups that `user` is in."""
        return frozenset(group for group in among if user in self.groups.get(group, ()))

    async def respond_ephemeral(self, response_url: str, text: str) -> None:
        """Keep the text."""
        assert response_url
        self.replies.append(text)

    async def open_modal(self, trigger_id: str, view: dict[str, Any]) -> bool:
        """Open nothing: what modals do is tested before the fake Slack."""
        return bool(trigger_id and view)

    async def update_modal(self, view_id: str, view: dict[str, Any]) -> None:
        """Change nothing."""

    async def publish_home(self, user: str, view: dict[str, Any]) -> None:
        """Keep whose Home tab was published."""
        assert view
        self.homes.append(user)


class HandlerHarness:
    """The app of one brand, acme, with one open incident; requests are dispatched without a network."""

    def __init__(self, brand: Brand | None = None, groups: Mapping[str, set[str]] | None = None) -> None:
        self.slack, self.sent = FakeSlackApi(groups or {}), list[Action]()
        self.failing = False
        state = AppState()
        state.registry.put(brand or Brand(name="acme"), 1)
        state.registry.refresh()
        self.incident = incident_of(signal(0, severity="critical"))
        state.incident_view.apply(self.incident.id.encode(), encode(self.incident))
        state.incident_view.mark_loaded()
        gateway = ActionGateway(self.slack, self._send, lambda: START + 60_000)
        preview = ThresholdPreview(lambda *_: (), gateway.now)
        self.context = build_context(state, gateway, self.slack, self._publish_overrides, preview)
        self.app = build_app(self.context, AsyncWebClient())

    async def _send(self, action: Action) -> None:
        if self.failing:
            raise ConnectionError("the broker is away")
        self.sent.append(action)

    async def _publish_overrides(self, configured: BrandWithOverrides) -> None:
        raise AssertionError(configured)

    async def dispatch(self, payload: dict[str, Any]) -> BoltResponse:
        """Dispatch a request as Socket Mode does; return the acknowledgement once the work is done."""
        response = await self.app.async_dispatch(AsyncBoltRequest(body=payload, mode="socket_mode"))
        await self.context.drain(5)
        return response

    async def click(self, action_id: str, user: str = "U0ANA", option: str = "", block_id: str = "") -> None:
        """Click a button of the incident's card."""
        block = block_id or f"{self.incident.id}|{self.incident.revision}"
        action = {"action_id": action_id, "block_id": block} | (
            {"selected_option": {"value": option}} if option else {}
        )
        payload = {"type": "block_actions", "user": {"id": user}, "actions": [action], "response_url": "http://x/1"}
        await self.dispatch(payload)

    async def ask(self, text: str) -> str:
        """Type the command; return the answer."""
        payload = {"command": "/tocsin", "user_id": "U0ANA", "text": text, "response_url": "http://x/1"}
        await self.dispatch(payload)
        return self.slack.replies[-1]
