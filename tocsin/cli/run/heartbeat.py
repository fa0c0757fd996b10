"""`tocsin heartbeat`: would an alert get through, right now, and who is told when it would not?"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from pathlib import Path  # noqa: TC003  typer looks at it
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.environment import load_installation
from tocsin.cli.errors import CommandError, UsageError
from tocsin.cli.output import print_json, print_line, print_status, printable
from tocsin.cli.run.notifiers import external_notifiers

if TYPE_CHECKING:
    from alerts.delivery.external_alert import Channel
    from alerts.oncall.escalation_targets import Target
    from config.settings import Settings
    from streams.heartbeat.prober import Canaries
    from tocsin.cli.environment import Installation


def command(
    *,
    every: Annotated[float, typer.Option(min=1, max=3600, help="Seconds between two beats.")] = 15.0,
    within: Annotated[
        float, typer.Option(min=1, max=86_400, help="Seconds that a canary may take; after that it is an outage.")
    ] = 60.0,
    state: Annotated[
        Path | None,
        typer.Option(help="File that remembers the outage at hand, so that a restart tells nobody twice."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Beat once, print what came of it, and tell nobody.")] = False,
    drill: Annotated[
        float | None,
        typer.Option(min=0, max=3600, help="Tell everybody outside Slack of a drill, over after so many seconds."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="With --once: print JSON instead of text.")] = False,
    embedded: Annotated[
        bool, typer.Option("--embedded", help="The broker is the demo's embedded one.", hidden=True)
    ] = False,
) -> None:
    """Send a canary mention through every partition to Slack, again and again; if one is lost, tell people outside.

    Whom, and what is asked of Slack: the variables TOCSIN_HEARTBEAT_… (docs/heartbeat.md). With --once the exit code
    is 0 where every canary came through, else 1; with --drill where everybody was reached.

    Examples:
      tocsin heartbeat --state heartbeat.json
      tocsin heartbeat --once --within 20
      tocsin heartbeat --drill 60
    """
    from streams.heartbeat.prober import PATIENCE, Canaries  # noqa: PLC0415  the Kafka client is slow to load
    from streams.lifecycle import log_to_stderr  # noqa: PLC0415

    here = load_installation(embedded=embedded)
    if drill is not None:
        _send_test_alert(here.settings, drill)
        return
    canaries = Canaries(here.connection, here.topics, secrets.token_hex(4), min(PATIENCE, within / 3))
    log_to_stderr("error" if once else here.settings.log_level, here.settings.log_format)
    if once:
        _probe_once(canaries, within, json=json)
        return
    if within < 2 * every:
        raise UsageError("--within must be at least twice --every: else one canary that is late is an outage")
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(here, canaries, every, within, state))


def _send_test_alert(settings: Settings, lasting: float) -> None:
    from streams.heartbeat.monitor import drill  # noqa: PLC0415

    found = external_notifiers(settings)
    targets = _targets(settings, found)
    if not targets:
        raise UsageError("a drill needs somebody outside Slack: pagerduty, a webhook or mail (docs/escalation.md)")
    print_status(
        f"a drill is told to: {', '.join(target.channel for target in targets)}; it is over in {lasting:.0f} s"
    )
    missed = asyncio.run(drill(found, targets, lasting, settings.heartbeat_language))
    if missed:
        raise CommandError(printable("; ".join(missed)))
    print_line("everybody was reached")


def _probe_once(canaries: Canaries, within: float, *, json: bool) -> None:
    from streams.heartbeat.monitor import Heartbeat  # noqa: PLC0415

    async def beat() -> tuple[str, int]:
        heart = Heartbeat(canaries, within, within)
        return await heart.once(), len(heart.pulse.veins)

    wrong, partitions = asyncio.run(beat())
    if json:
        print_json({"ok": not wrong, "partitions": partitions, "why": wrong})
    if wrong:
        raise CommandError(printable(wrong))
    if not json:
        print_line(f"alerts get through on all {partitions} partitions")


async def _serve(here: Installation, canaries: Canaries, every: float, within: float, state: Path | None) -> None:
    from streams.agents import metrics  # noqa: PLC0415
    from streams.heartbeat.monitor import Heartbeat, Town  # noqa: PLC0415
    from streams.heartbeat.outage_store import Outages  # noqa: PLC0415

    settings = here.settings
    found = external_notifiers(settings)
    targets = _targets(settings, found)
    outages = Outages(state)
    metrics.serve(settings.metrics_port)
    print_status(f"outages are told to: {', '.join(target.channel for target in targets) or 'nobody, but pings stop'}")
    heart = Heartbeat(canaries, every, within, outages.outage)
    prefix = settings.prefix.strip("._-")
    name = f"Tocsin ({prefix})" if prefix else "Tocsin"
    town = Town(found, targets, outages, name, settings.heartbeat_language)
    await heart.run(town, settings.heartbeat_ping_url.get_secret_value())


def _targets(settings: Settings, found: dict[str, Channel]) -> list[Target]:
    """Return whom to tell.

    Raises:
        Misuse: somebody is named who cannot be reached, or nobody would hear of an outage.
    """
    from alerts.oncall.escalation_targets import OUTSIDE, outside  # noqa: PLC0415

    steps = settings.heartbeat_tell or tuple(name for name in OUTSIDE if name in found)
    targets = [target for step in steps if (target := outside(step)) is not None]
    for target in targets:
        if target.channel not in found:
            raise UsageError(f"TOCSIN_HEARTBEAT_TELL names {target.channel}, which is not set up (docs/escalation.md)")
    if not targets and not settings.heartbeat_ping_url.get_secret_value():
        raise UsageError(
            "nobody would hear of an outage: set up pagerduty, a webhook or mail (docs/escalation.md), "
            "or TOCSIN_HEARTBEAT_PING_URL"
        )
    return targets
