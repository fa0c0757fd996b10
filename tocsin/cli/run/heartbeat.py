"""`tocsin heartbeat`: sends canaries end to end, and notifies people outside Slack when one is lost."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path  # noqa: TC003  typer reads the annotation
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.environment import load_installation
from tocsin.cli.options import EmbeddedOption, JsonOption
from tocsin.cli.output import print_json, print_line, print_status, printable
from tocsin.cli.run.notifiers import external_notifiers
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from alerts.delivery.external_alert import ExternalNotifier
    from alerts.oncall.escalation_targets import ExternalTarget
    from config.settings import Settings
    from streams.heartbeat.prober import CanaryProber
    from tocsin.cli.environment import Installation


def command(
    *,
    every: Annotated[float, typer.Option(min=1, max=3600, help="Seconds between two canaries.")] = 15.0,
    timeout: Annotated[
        float, typer.Option(min=1, max=86_400, help="Seconds without a canary after which it is an outage.")
    ] = 60.0,
    state: Annotated[
        Path | None,
        typer.Option(help="File that keeps the current outage, so that a restart notifies nobody twice."),
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Send one canary per partition, print the result, notify nobody.")
    ] = False,
    test_alert: Annotated[
        float | None,
        typer.Option(min=0, max=3600, help="Send a test alert to every receiver; resolve it after so many seconds."),
    ] = None,
    json: JsonOption = False,
    embedded: EmbeddedOption = False,
) -> None:
    """Send a canary mention through every partition to Slack, again and again; if one is lost, notify outside Slack.

    The variables TOCSIN_HEARTBEAT_… set the receivers (docs/heartbeat.md). With --once the exit code is 0 if every
    canary came through, else 1; with --test-alert 0 if every receiver was reached.

    Examples:
      tocsin heartbeat --state heartbeat.json
      tocsin heartbeat --once --timeout 20
      tocsin heartbeat --test-alert 60
    """
    from streams.heartbeat.prober import BROKER_TIMEOUT, CanaryProber  # noqa: PLC0415  the Kafka client is slow to load
    from streams.kafka import reachability  # noqa: PLC0415
    from streams.lifecycle import log_to_stderr  # noqa: PLC0415
    from streams.shutdown import run_until_stopped  # noqa: PLC0415

    here = load_installation(embedded=embedded)
    if test_alert is not None:
        _send_test_alert(here.settings, test_alert)
        return
    canaries = CanaryProber(here.connection, here.topics, secrets.token_hex(4), min(BROKER_TIMEOUT, timeout / 3))
    log_to_stderr("error" if once else here.settings.log_level, here.settings.log_format)
    if once:
        reachability.check(here.connection)
        _probe_once(canaries, timeout, json=json)
        return
    if timeout < 2 * every:
        raise UsageError("--timeout must be at least twice --every: else a single late canary is an outage")
    run_until_stopped(_serve(here, canaries, every, timeout, state))


def _send_test_alert(settings: Settings, lasting: float) -> None:
    from streams.heartbeat.monitor import send_test_alert  # noqa: PLC0415

    found = external_notifiers(settings)
    targets = _targets(settings, found)
    if not targets:
        raise UsageError(
            "a test alert needs a receiver outside Slack: pagerduty, webhook or email (docs/escalation.md)"
        )
    receivers = ", ".join(target.notifier for target in targets)
    print_status(f"test alert sent to: {receivers}; it resolves in {lasting:.0f} s")
    missed = asyncio.run(send_test_alert(found, targets, lasting, settings.heartbeat_language))
    if missed:
        raise CommandError(printable("; ".join(missed)))
    print_line("every receiver was reached")


def _probe_once(canaries: CanaryProber, timeout: float, *, json: bool) -> None:
    from streams.heartbeat.monitor import HeartbeatMonitor  # noqa: PLC0415

    async def beat() -> tuple[str, int]:
        heart = HeartbeatMonitor(canaries, timeout, timeout)
        return await heart.check_once(), len(heart.state.partitions)

    wrong, partitions = asyncio.run(beat())
    if json:
        print_json({"ok": not wrong, "partitions": partitions, "why": wrong})
    if wrong:
        raise CommandError(printable(wrong))
    if not json:
        print_line(f"alerts get through on all {partitions} partitions")


async def _serve(
    here: Installation, canaries: CanaryProber, every: float, outage_after: float, state: Path | None
) -> None:
    from streams.heartbeat.monitor import HeartbeatMonitor, OutageNotifier  # noqa: PLC0415
    from streams.heartbeat.outage_store import OutageStore  # noqa: PLC0415
    from streams.monitoring.http_server import serve  # noqa: PLC0415
    from streams.monitoring.probes import Probes  # noqa: PLC0415

    settings = here.settings
    found = external_notifiers(settings)
    targets = _targets(settings, found)
    outages = OutageStore(state)
    probes = Probes()
    serve(settings.metrics_port, probes.answer)
    print_status(f"outages notify: {', '.join(target.notifier for target in targets) or 'nobody, but pings stop'}")
    heart = HeartbeatMonitor(canaries, every, outage_after, outages.outage)
    prefix = settings.prefix.strip("._-")
    name = f"Tocsin ({prefix})" if prefix else "Tocsin"
    town = OutageNotifier(found, targets, outages, name, settings.heartbeat_language)
    probing = asyncio.create_task(probes.run(here.connection))
    try:
        await heart.run(town, settings.heartbeat_ping_url.get_secret_value())
    finally:
        probing.cancel()


def _targets(settings: Settings, found: dict[str, ExternalNotifier]) -> list[ExternalTarget]:
    """Return the receivers of an outage.

    Raises:
        UsageError: one is named that is not set up, or there is none at all.
    """
    from alerts.oncall.escalation_targets import EXTERNAL, external_target  # noqa: PLC0415

    steps = settings.heartbeat_notify or tuple(name for name in EXTERNAL if name in found)
    targets = [target for step in steps if (target := external_target(step)) is not None]
    for target in targets:
        if target.notifier not in found:
            raise UsageError(
                f"TOCSIN_HEARTBEAT_NOTIFY names {target.notifier}, which is not set up (docs/escalation.md)"
            )
    if not targets and not settings.heartbeat_ping_url.get_secret_value():
        raise UsageError(
            "an outage would notify nobody: set up pagerduty, a webhook or email (docs/escalation.md), "
            "or TOCSIN_HEARTBEAT_PING_URL"
        )
    return targets
