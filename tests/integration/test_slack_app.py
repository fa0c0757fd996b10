"""From a burst of mentions to a click in Slack and back: the button acknowledges the incident."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alerts.rendering.buttons import ACK, MORE, NOT_A_CRISIS
from config.brands.model import Brand
from config.brands.wire import decode_with_overrides, encode_brand
from streams.kafka.admin import KafkaBrandStore
from tests.support.installation import ROOT, Installation, wait_until
from tests.support.served_slack import environment
from tocsin.demo.fake_slack import interactions
from tocsin.demo.fake_slack.server import APP_TOKEN, FakeSlack
from tocsin.slack_app.modals import silence, threshold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.brokers import Broker

BRAND = "Oakmere"


class Served:
    """A fake Slack on a loop of its own, so that a test can send envelopes."""

    def __init__(self) -> None:
        self.slack, self.loop = FakeSlack(), asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.wait(self.slack.start())

    def wait(self, work: Any) -> Any:
        """Return what a coroutine returns there."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def tap(self, action_id: str, user: str, **more: str) -> None:
        """Tap on the latest card."""
        self.wait(self.slack.send("interactive", self.slack.card_click(action_id, user, **more)))

    def close(self) -> None:
        """End it."""
        self.wait(self.slack.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)


@contextlib.contextmanager
def app(here: Installation) -> Iterator[Callable[[], bool]]:
    """Run `tocsin slack` until the block ends; yields whether it still runs."""
    extra = ["--embedded"] if here.embedded else []
    log = Path(here.path("slack.log"))
    with log.open("wb") as out:
        command = [sys.executable, "-P", "-m", "tocsin", "slack", *extra]
        process = subprocess.Popen(command, cwd=ROOT, env=here.environment, stdout=out, stderr=out)
        try:
            yield lambda: process.poll() is None
        finally:
            process.terminate()
            process.wait(20)


def state(slack: FakeSlack) -> str:
    """Return what the card of the incident shows of its state."""
    return json.dumps(slack.roots()[-1].get("blocks", []))


def test_a_tap_acknowledges_the_incident_and_a_stranger_s_does_not(kafka: Broker) -> None:
    """The card is edited for everybody; the stranger is told alone; a second tap changes nothing."""
    served = Served()
    slack = served.slack
    settings = environment(slack) | {"TOCSIN_SLACK_APP_TOKEN": APP_TOKEN}
    detect = {
        name: {"enabled": False}
        for name in ("volume_spike", "negative_spike", "negative_share", "negative_burst", "topic_burst")
    }
    named = {"name": BRAND, "slack_channel": "C0000001", "responders": ["U0ANA"], "on_call": ["U0ANA"]}
    brand = Brand.model_validate(named | {"detect": detect | {"static_threshold": {"negative": 5}}})
    now = datetime.now(UTC).isoformat()
    line = {"brand": BRAND, "channel": "forum", "published_at": now}
    lines = [line | {"id": str(number), "text": f"a terrible, horrible disaster {number}"} for number in range(6)]
    try:
        with Installation(kafka, settings) as here:
            KafkaBrandStore(here.connection, here.topics).publish({BRAND: encode_brand(brand)})
            here.worker("--notify", "slack")
            with app(here) as running:
                here.send([(0, "\n".join(map(json.dumps, lines)).encode(), None)])
                wait_until(lambda: bool(slack.roots() and slack.sockets), 60, "a card, and somebody who listens")
                served.tap(ACK, "U0EVE")
                wait_until(lambda: bool(slack.ephemeral_texts), 20, "the stranger is refused")
                assert "<@U0ANA>" in slack.ephemeral_texts[0]
                assert "Acknowledged" not in state(slack)
                served.tap(ACK, "U0ANA")
                wait_until(lambda: "Acknowledged" in state(slack), 20, "the card says who acknowledged it")
                assert "<@U0ANA>" in state(slack)
                assert ACK not in state(slack)
                served.tap(MORE, "U0ANA", option="snooze_2h")
                wait_until(lambda: "Snoozed until" in state(slack), 20, "the card says that it is snoozed")
                served.tap(NOT_A_CRISIS, "U0ANA")
                wait_until(lambda: "Verdict: not a crisis" in state(slack), 20, "the card shows the verdict")
                assert len(slack.roots()) == 1
                _hold_back(served, here)
                _threshold(served, here)
                served.wait(slack.send("slash_commands", _command(slack, "status")))
                wait_until(lambda: len(slack.ephemeral_texts) > 1, 20, "the command is answered")
                assert slack.ephemeral_texts[-1] == "No open incidents."
                fresh = brand.model_copy(update={"digest": f"{datetime.now(UTC):%H:%M}"})
                KafkaBrandStore(here.connection, here.topics).publish({BRAND: encode_brand(fresh)})
                wait_until(lambda: len(slack.roots()) == 2, 40, "the digest of the day")
                assert "Last 24 hours" in slack.roots()[-1]["text"]
                assert "negative (no baseline yet)" in json.dumps(slack.roots()[-1])
                assert running()
            assert "xapp" not in Path(here.path("slack.log")).read_text()
    finally:
        served.close()


def _hold_back(served: Served, here: Installation) -> None:
    """A silence asked for on the card shows in the Home tab as triage keeps it, and is lifted there."""
    ana = served.slack.user("U0ANA")
    served.wait(ana.click(MORE, "silence"))
    wait_until(lambda: ana.modal is not None, 10, "the modal")
    assert served.wait(ana.submit({silence.DURATION: {silence.DURATION: "1h"}})) == {}
    wait_until(lambda: "Silenced" in json.dumps(ana.modal), 10, "what came of it")

    def shown() -> bool:
        served.wait(ana.open_home())
        return silence.REMOVE in json.dumps(ana.home)

    wait_until(shown, 20, "the silence in the Home tab", every=0.5)
    served.wait(ana.click(silence.REMOVE, place=(ana.home or {})["id"]))
    wait_until(lambda: not shown(), 20, "it is lifted", every=0.5)


def _threshold(served: Served, here: Installation) -> None:
    """Another limit is tried on what Kafka holds of the last days, and kept beside the configuration."""
    ana, path = served.slack.user("U0ANA"), "detect.static_threshold.negative"
    served.wait(ana.click(MORE, "threshold", place=served.slack.roots()[0]["ts"]))
    wait_until(lambda: path in json.dumps(ana.modal), 10, "the modal")
    view = ana.modal or {}
    typed = {path: {path: "50"}}
    sent = ana.payload(threshold.PREVIEW, None, view["id"], "")
    sent["view"] = view | {"state": {"values": interactions.view_state(view, typed)}}
    served.wait(served.slack.socket_mode.send_and_wait("interactive", sent))
    stated = "could not be computed" if here.embedded else "0 alerts instead of 1"
    wait_until(lambda: stated in json.dumps(ana.modal), 30, f"a preview: {stated}")
    assert served.wait(ana.submit(typed)) == {}
    wait_until(lambda: "Saved" in json.dumps(ana.modal), 10, "what came of it")
    (override,) = decode_with_overrides(KafkaBrandStore(here.connection, here.topics).read_applied()[BRAND]).overrides
    assert (override.path, override.value, override.by) == (path, 50, "U0ANA")


def _command(slack: FakeSlack, text: str) -> dict[str, str]:
    return {"command": "/tocsin", "user_id": "U0ANA", "text": text, "response_url": slack.response_url}
