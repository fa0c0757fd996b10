"""The Slack app in one process, before the fake Slack: what people see and do there, and what comes of it."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from alerts.incidents import state as cases
from alerts.incidents.model import Action, Incident, Notification, encode
from alerts.notifiers.slack.notifier import SlackNotifier, web_client
from alerts.rendering import message as render
from alerts.rendering.route import Route
from config.brands.model import Brand
from replay.player.threshold_preview import ThresholdPreview
from streams.exactly_once.fencing import FencedValue, FencedVersion
from tests.support.alerts import START, run, signal
from tests.support.delivery import until
from tocsin.demo.fake_slack.server import APP_TOKEN, TOKEN, FakeSlack
from tocsin.slack_app.action_gateway import ActionGateway
from tocsin.slack_app.app import build_app
from tocsin.slack_app.main import build_context
from tocsin.slack_app.reports.community_list import KnownCommunity
from tocsin.slack_app.slack_client import SlackClient
from tocsin.slack_app.state import AppState
from tocsin.slack_app.transports.socket_mode import SocketModeListener

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from alerts.incidents.silences import Silence
    from config.brands.overrides import BrandWithOverrides
    from mentions.model.batches import Batch, Tick
    from tests.support.moderation import LocalQueue

NOW = START + 60_000


class SlackAppHarness:
    """An app of some brands, with one open incident of the first."""

    def __init__(self, slack: FakeSlack, *brands: Brand, queue: LocalQueue | None = None) -> None:
        self.slack = slack
        self.state, self.sent = AppState(), list[Action]()
        self.failing = False
        for number, brand in enumerate(brands or (Brand(name="acme"),)):
            self.state.registry.put(brand, number + 1)
        self.state.registry.refresh()
        self.brand = next(iter(self.state.registry.brands().values()))
        self.note: Notification = run(
            signal(0, severity="critical", brand=self.brand.name), case=cases.new_state(self.brand.name)
        )[1][-1]
        self.know(self.note.incident)
        self.state.incident_view.mark_loaded()
        self.past: Sequence[Batch | Tick] = ()
        self.community = KnownCommunity()
        self.applied: list[BrandWithOverrides] = []
        self.client = SlackClient(TOKEN, slack.url)
        self.notifier = SlackNotifier(TOKEN, slack.url)
        gateway = ActionGateway(self.client, self._send, lambda: NOW)
        preview = ThresholdPreview(lambda *_: self.past, lambda: NOW)
        self.context = build_context(
            self.state, gateway, self.client, self._apply, preview, queue, lambda _: self.community
        )
        self.app = build_app(self.context, self.client.client)

    def note_of(self, *detectors: str) -> Notification:
        """Return what is told of an incident of the first brand that some detectors found."""
        found = [signal(0, severity="critical", brand=self.brand.name, detector=name) for name in detectors]
        return run(*found, case=cases.new_state(self.brand.name))[1][-1]

    async def _send(self, action: Action) -> None:
        if self.failing:
            raise ConnectionError("the broker is away")
        self.sent.append(action)

    async def _apply(self, governed: BrandWithOverrides) -> None:
        if self.failing:
            raise ConnectionError("the broker is away")
        self.applied.append(governed)
        self.govern(governed)

    def govern(self, governed: BrandWithOverrides) -> None:
        """Let a configuration govern the brand from now on."""
        self.state.registry.put(governed, 100 + len(self.applied))
        self.state.registry.refresh()

    def know(self, incident: Incident) -> None:
        """Let the app know of an incident."""
        self.state.incident_view.apply(incident.id.encode(), encode(incident))

    def silence(self, *silences: Silence) -> None:
        """Let silences run for the first brand."""
        case = cases.TriageState(self.brand.name, silences=silences)
        self.state.silences.apply(
            self.brand.name.encode(), FencedValue(FencedVersion(1, 1), 0, cases.encode(case)).encode()
        )

    async def post(self, **route: Any) -> None:
        """Post the incident's card."""
        card = render.render_message(
            self.note, Route("C0000001", self.brand.language, buttons=True, **route), page=False
        )
        client = web_client(TOKEN, self.slack.url)
        await client.chat_postMessage(channel="C0000001", text=card.text, blocks=card.blocks)

    def shown(self, user: str) -> str:
        """Return what the modal of a user says."""
        return json.dumps((self.slack.user(user).modal or {}).get("blocks", []), ensure_ascii=False)


@asynccontextmanager
async def slack_app(*brands: Brand, queue: LocalQueue | None = None, **slack: Any) -> AsyncIterator[SlackAppHarness]:
    """Run the app, connected by Socket Mode, until the block ends."""
    async with FakeSlack(**slack) as fake_slack:
        app = SlackAppHarness(fake_slack, *brands, queue=queue)
        task = asyncio.create_task(SocketModeListener(app.app, APP_TOKEN, app.client.client).run())
        try:
            await until(lambda: fake_slack.sockets)
            yield app
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await app.notifier.close()
