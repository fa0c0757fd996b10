"""Outage notifier: each outage is reported once, across restarts, even if a file or a target fails."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from alerts.delivery.heartbeat import Outage
from alerts.notifiers.pagerduty import PagerDutyNotifier
from alerts.notifiers.webhook import WebhookNotifier
from alerts.oncall.escalation_targets import ExternalTarget
from mentions.readers.position import SourceError
from streams.heartbeat.monitor import OutageNotifier, ping, send_test_alert
from streams.heartbeat.outage_store import OutageStore
from tests.support.external_receivers import WebhookReceiver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from alerts.delivery.external_alert import ExternalNotifier

OUTAGE = Outage("heartbeat-1", 1, "Slack refuses: invalid_auth")
WEBHOOK = ExternalTarget("webhook")


@pytest.fixture
async def there() -> AsyncIterator[WebhookReceiver]:
    """Serve a webhook's receiver."""
    async with WebhookReceiver() as receiver:
        yield receiver


def town(there: WebhookReceiver, path: Path) -> tuple[OutageNotifier, OutageStore]:
    """Return a town with its memory, as a process begins with it."""
    outages = OutageStore(path)
    return OutageNotifier({"webhook": WebhookNotifier(there.url, "s3cr3t")}, [WEBHOOK], outages), outages


def events(there: WebhookReceiver) -> list[str]:
    """Return what was taken."""
    return [str(json.loads(body)["data"]["event"]) for _, body in there.taken]


async def settled(outages: OutageStore) -> None:
    """Wait until everything is told."""
    for _ in range(500):
        if not outages.pending:
            return
        await asyncio.sleep(0.01)
    pytest.fail("not told")


async def test_what_was_not_reported_is_reported_after_a_restart_and_the_rest_is_not(
    there: WebhookReceiver, tmp_path: Path
) -> None:
    """A process that dies while the receiver is down leaves the next one to tell it, once."""
    there.answers.extend([500] * 50)
    first, outages = town(there, tmp_path / "state.json")
    first.notify(OUTAGE, 1, over=False)
    await asyncio.sleep(0.05)
    await first.stop()
    there.answers.clear()
    for _ in range(2):
        later, outages = town(there, tmp_path / "state.json")
        assert outages.outage == OUTAGE
        later.resend_pending()
        await settled(outages)
        await later.stop()
    assert events(there) == ["trigger"]
    last, outages = town(there, tmp_path / "state.json")
    last.notify(OUTAGE, 60_001, over=True)
    await settled(outages)
    assert events(there) == ["trigger", "resolve"]
    assert OutageStore(tmp_path / "state.json").outage is None


async def test_an_outage_that_nobody_was_notified_of_is_not_reported_when_it_is_over(
    there: WebhookReceiver, tmp_path: Path
) -> None:
    """What is over before it could be told at all does not ring afterwards."""
    one, outages = town(there, tmp_path / "state.json")
    one.notify(OUTAGE, 1, over=False)
    one.notify(OUTAGE, 2, over=True)
    await settled(outages)
    await one.stop()
    assert not events(there)


def test_a_file_that_holds_something_else_is_refused_with_a_remedy(tmp_path: Path) -> None:
    """A path given by mistake is not overwritten."""
    path = tmp_path / "brands.yaml"
    path.write_text("brands: []")
    with pytest.raises(SourceError, match="name another file"):
        OutageStore(path)
    assert path.read_text() == "brands: []"
    with pytest.raises(OSError, match="missing"):
        OutageStore(tmp_path / "missing" / "state.json")


async def test_a_ping_that_fails_says_so_without_the_address(
    there: WebhookReceiver, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """The address is a secret: neither log nor error shows it, whatever goes wrong."""
    await ping("http://127.0.0.1:1/s3cr3t")
    await ping("no address s3cr3t")
    await ping(there.url)  # takes POST only: 405
    assert "s3cr3t" not in caplog.text + capsys.readouterr().out


async def test_the_town_is_reported_in_the_language_of_the_heartbeat(there: WebhookReceiver, tmp_path: Path) -> None:
    """People on call read an outage, its end and a drill in the language that was chosen."""
    outages = OutageStore(tmp_path / "state.json")
    one = OutageNotifier({"webhook": WebhookNotifier(there.url, "s3cr3t")}, [WEBHOOK], outages, language="fr")
    one.notify(OUTAGE, 1, over=False)
    await settled(outages)
    one.notify(OUTAGE, 60_001, over=True)
    await settled(outages)
    await one.stop()
    await send_test_alert({"webhook": WebhookNotifier(there.url, "s3cr3t")}, [WEBHOOK], 0, "fr")
    texts = [json.loads(body)["data"]["text"] for _, body in there.taken]
    assert [text.rpartition("\u00a0: ")[0].partition("\u00a0: Slack")[0] for text in texts[::2]] == [
        "Tocsin\u00a0: plus de signal de vie, des alertes peuvent se perdre",
        "Alerte de test",
    ]
    assert "les alertes passent de nouveau" in texts[1]


async def test_a_drill_reaches_everybody_and_names_who_was_missed(there: WebhookReceiver) -> None:
    """Begun and over under one key; a way out that is broken is found on a calm day, and keeps nobody from hearing."""
    channels: dict[str, ExternalNotifier] = {
        "webhook": WebhookNotifier(there.url, "s3cr3t"),
        "pagerduty": PagerDutyNotifier("key", "http://127.0.0.1:1/"),
    }
    missed = await send_test_alert(channels, [ExternalTarget("pagerduty"), WEBHOOK], 0)
    assert events(there) == ["trigger", "resolve"]
    assert len({json.loads(body)["data"]["incident"] for _, body in there.taken}) == 1
    assert all(json.loads(body)["data"]["text"].startswith("Test alert: ") for _, body in there.taken)
    assert [one.partition(": ")[0] for one in missed] == ["pagerduty"]
