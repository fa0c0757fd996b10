"""`tocsin worker`: runs one process with the agents score, watch, triage and notify."""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from enum import StrEnum
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.environment import load_installation
from tocsin.cli.memory import collect_rarely
from tocsin.cli.options import EmbeddedOption
from tocsin.cli.output import print_status, printable
from tocsin.cli.run.notifiers import external_notifiers, has_slack_app
from tocsin.cli.run.processes import Job, Supervisor, available_cores
from tocsin.cli.weights import WeightsOption, load_scorer
from tocsin.errors import CommandError, UsageError
from tocsin.subprocesses import TOCSIN

if TYPE_CHECKING:
    from alerts.delivery.external_alert import ExternalNotifier
    from alerts.delivery.ports import Notifier
    from alerts.notifiers.slack.dnd import DoNotDisturb
    from alerts.notifiers.slack.health import CachedProbe
    from alerts.notifiers.slack.notifier import SlackNotifier
    from tocsin.cli.environment import Installation

SLACK_CHANNEL_INTERVAL = 1.0
"""Seconds between two messages in one channel: Slack's rate limit."""


MAX_PROCESSES = 256
MAX_NAMES = 10
"""Brands that are named at the start."""


class Notify(StrEnum):
    """Where alerts go."""

    SLACK = "slack"
    CONSOLE = "console"


class Clock(StrEnum):
    """What makes time advance."""

    WALL = "wall"
    ARRIVAL = "arrival"


def command(
    *,
    notify: Annotated[
        Notify | None,
        typer.Option(help="Where alerts go. Left out: Slack if TOCSIN_SLACK_TOKEN is set, else the console."),
    ] = None,
    clock: Annotated[
        Clock, typer.Option(help="wall: the machine's clock. arrival: time advances with the records only.")
    ] = Clock.WALL,
    defaults: Annotated[
        bool, typer.Option("--defaults", help="Watch every brand named in mentions, with the built-in thresholds.")
    ] = False,
    weights: WeightsOption = None,
    processes: Annotated[
        int,
        typer.Option(
            min=0,
            max=MAX_PROCESSES,
            help="Processes that share this machine's cores; 0: one for each core. One that ends is started again.",
        ),
    ] = 1,
    embedded: EmbeddedOption = False,
) -> None:
    """Run a worker until stopped (Ctrl-C or SIGTERM). Workers share the partitions: start as many as you need.

    Missing topics are created. The brands are those of `tocsin config apply`; changes take effect at once.

    Examples:
      tocsin worker
      tocsin worker --notify console
      tocsin worker --processes 4
      tocsin worker --clock arrival --defaults
    """
    count = processes or available_cores()
    if count > 1:
        sys.exit(_supervise(count))
    from streams import lifecycle  # noqa: PLC0415
    from streams.agents.measurement import CONDITIONS  # noqa: PLC0415
    from streams.app import Worker, WorkerConfig  # noqa: PLC0415
    from streams.kafka.admin import create_topics  # noqa: PLC0415
    from streams.kafka.topic_watch import describe, partition_mismatch  # noqa: PLC0415
    from streams.monitoring.http_server import serve  # noqa: PLC0415
    from streams.monitoring.probes import Probes  # noqa: PLC0415
    from streams.tracing.setup import tracing  # noqa: PLC0415

    here = load_installation(embedded=embedded)
    made = create_topics(here.connection, here.topics.all(), here.settings.partitions, here.settings.replication)
    found = describe(here.connection, here.topics)
    if mismatch := partition_mismatch({name: topic.partitions for name, topic in found.items()}):
        raise CommandError(mismatch)
    probes = Probes(*CONDITIONS)
    serve(here.settings.metrics_port, probes.answer)
    slack = _slack(here) if _uses_slack(here, notify) else None
    parts = WorkerConfig(
        topics=here.topics,
        connection=here.connection,
        partitions=made[0].partitions,
        found=found,
        tracing=tracing(os.environ, "worker"),
        probes=probes,
        scorer=load_scorer(weights),
        notifier=slack or _console(),
        slack_probe=_slack_probe(slack, here.settings.heartbeat_channel) if slack else None,
        dnd=_dnd(here) if slack else None,
        external_notifiers=external_notifiers(here.settings) | _fallback(slack),
        buttons=slack is not None and has_slack_app(here.settings),
        web_url=here.settings.web_url,
        channel_gap=SLACK_CHANNEL_INTERVAL if slack else 0.0,
        retention=timedelta(days=here.settings.removed_brands_days),
        clock="arrival" if clock is Clock.ARRIVAL else "wall",
        defaults=defaults,
    )
    if slack is None:
        print_status(f"{_watched(here, defaults=defaults)}; alerts go to this console")
    collect_rarely()
    worker = Worker(parts)
    sys.exit(lifecycle.run_worker(worker.app, worker.shutdown, here.settings.log_level, here.settings.log_format))


def _supervise(count: int) -> int:
    """Run several workers of this command line, with one metrics port; return the exit code."""
    with TemporaryDirectory(prefix="tocsin-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        from streams.monitoring import http_server  # noqa: PLC0415  reads the variable when it is loaded

        port = load_installation().settings.metrics_port
        http_server.serve_all(port, count)
        environment = os.environ | {"TOCSIN_METRICS_PORT": "0"}
        command = [*TOCSIN, *sys.argv[1:], "--processes", "1"]
        jobs = [Job(f"worker process {number} of {count}", command, environment) for number in range(1, count + 1)]
        return Supervisor(jobs, http_server.forget_process).run()


def _watched(here: Installation, *, defaults: bool) -> str:
    """Return in words what is watched."""
    from streams.kafka.admin import KafkaBrandStore  # noqa: PLC0415  kafka-python is slow to load

    if defaults:
        return "watching every brand that mentions name, with the built-in thresholds"
    names = sorted(KafkaBrandStore(here.connection, here.topics).read_applied())
    if not names:
        return "no brand is applied yet: `tocsin config apply config/brands.yaml`"
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    brands = "brand" if len(names) == 1 else "brands"
    return printable(f"watching {len(names)} {brands}: {', '.join(names[:MAX_NAMES])}{more}")


def _uses_slack(here: Installation, notify: Notify | None) -> bool:
    token = bool(here.settings.slack_token.get_secret_value())
    if notify is Notify.SLACK and not token:
        raise UsageError(
            "--notify slack needs TOCSIN_SLACK_TOKEN in the environment (docs/slack.md says how to get one)"
        )
    if notify is None and not token:
        print_status("TOCSIN_SLACK_TOKEN is not set")
    return token if notify is None else notify is Notify.SLACK


def _slack(here: Installation) -> SlackNotifier:
    from alerts.notifiers.slack.notifier import SlackNotifier  # noqa: PLC0415  slow to load

    return SlackNotifier(here.settings.slack_token.get_secret_value(), here.settings.slack_url)


def _fallback(slack: SlackNotifier | None) -> dict[str, ExternalNotifier]:
    from alerts.notifiers.slack.fallback import SlackFallback  # noqa: PLC0415  slow to load
    from alerts.oncall.escalation_targets import SLACK  # noqa: PLC0415

    return {SLACK: SlackFallback(slack)} if slack else {}


def _dnd(here: Installation) -> DoNotDisturb:
    from alerts.notifiers.slack.dnd import DoNotDisturb  # noqa: PLC0415  slow to load

    return DoNotDisturb(here.settings.slack_token.get_secret_value(), here.settings.slack_url)


def _slack_probe(slack: SlackNotifier, channel: str) -> CachedProbe:
    from alerts.notifiers.slack.health import AuthProbe, CachedProbe, MessageProbe  # noqa: PLC0415  slow to load

    return CachedProbe(MessageProbe(slack, channel) if channel else AuthProbe(slack))


def _console() -> Notifier:
    from rich.console import Console  # noqa: PLC0415  slow to load

    from alerts.notifiers.console import ConsoleNotifier  # noqa: PLC0415

    return ConsoleNotifier(Console())
