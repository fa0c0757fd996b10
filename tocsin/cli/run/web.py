"""`tocsin web`: serves the web pages, live from Kafka or from a recording."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import typer

from tocsin.cli.analyse.label_files import read_labels
from tocsin.cli.analyse.replay_input import ReplayInput
from tocsin.cli.environment import load_installation
from tocsin.cli.file_options import with_file_options
from tocsin.cli.file_reading import FileReading
from tocsin.cli.options import EmbeddedOption
from tocsin.cli.output import print_line, print_status, printable, progress_bar
from tocsin.cli.time_options import parse_instant_ms
from tocsin.cli.weights import WeightsOption, load_scorer
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from config.settings import Settings
    from replay.tuning.labels import Label
    from streams.community.views import CommunityView
    from streams.moderation.queue_view import QueueView
    from streams.monitoring.probes import Probes
    from tocsin.cli.environment import Installation
    from tocsin.web.sources.data_source import DataSource
    from tocsin.web.sources.recording import RecordingDataSource as Recorded

CONFIG: Final = Path("config/brands.yaml")
DEMO: Final = "demo"
DEMO_INSTANT: Final = 1_773_152_400_000
"""The instant at which the demo is shown (ms): 2026-03-10 14:20 UTC, the height of the crisis."""


class PageFiles(NamedTuple):
    """Files of the pages: the configuration that the editor writes, and the labels."""

    config: Path
    labels: list[Label]


@with_file_options("recording")
def command(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on; any but localhost requires a login.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on; 0: any free one.")] = 8380,
    config: Annotated[Path, typer.Option(help="The file that the threshold editor writes.")] = CONFIG,
    labels: Annotated[
        Path | None, typer.Option(help="Labels of past incidents for the tuning curves: an incidents.yaml.")
    ] = None,
    recording: Annotated[
        list[str] | None,
        typer.Option(help="Without Kafka: a recording with scores (.tocsin), files of mentions, or demo."),
    ] = None,
    until: Annotated[
        str, typer.Option(help="Show the recording as of this instant: ISO 8601, UTC without an offset.")
    ] = "",
    weights: WeightsOption = None,
    embedded: EmbeddedOption = False,
    reading: FileReading,
) -> None:
    """Serve the pages until stopped: all brands live, each incident, and the threshold editor.

    Log in with TOCSIN_WEB_TOKEN, or through a reverse proxy that authenticates (docs/web.md). Without either it
    listens on localhost only. With --recording it shows a recording as it ended, and needs no broker.

    Examples:
      tocsin web
      tocsin web --recording demo
      tocsin web --recording march.tocsin --config config/brands.yaml --port 8400
    """
    from streams.lifecycle import log_to_stderr  # noqa: PLC0415  slow to load
    from tocsin.web.http.auth import bind_error  # noqa: PLC0415

    here = load_installation(embedded=embedded)
    if why := bind_error(here.settings, host):
        raise UsageError(why)
    log_to_stderr(here.settings.log_level, here.settings.log_format)
    at = parse_instant_ms(until, "--until", datetime.now(UTC)) if until else None  # noqa: TID251  relative to when it was typed
    world = _recording_source(recording, reading, config, weights, at) if recording else None
    with ExitStack() as stack:
        if recording == [DEMO] and config == CONFIG:
            config = _demo_config(stack)
        shown = PageFiles(config, read_labels(labels) if labels else [])
        _run(
            _serve(here.settings, world, host, port, shown) if world else _serve_live(here, host, port, shown),
            host,
            port,
        )


def _run(serving: Coroutine[Any, Any, None], host: str, port: int) -> None:
    from streams.shutdown import run_until_stopped  # noqa: PLC0415  slow to load

    try:
        if run_until_stopped(serving):
            print_status("stopped")
    except OSError as error:
        raise UsageError(f"cannot listen on {host}:{port}: {error}: choose another --port") from error


async def _serve(
    settings: Settings,
    world: DataSource,
    host: str,
    port: int,
    shown: PageFiles,
    probes: Probes | None = None,
    moderation: QueueView | None = None,
    community: CommunityView | None = None,
) -> None:
    from tocsin.web.server import build_application, serve  # noqa: PLC0415  slow to load

    await serve(
        build_application(
            world, settings, shown.config, shown.labels, probes=probes, moderation=moderation, community=community
        ),
        host,
        port,
        lambda taken: _print_address(host, taken),
    )


async def _serve_live(here: Installation, host: str, port: int, shown: PageFiles) -> None:
    from alerts.notifiers.slack.names import SlackNames  # noqa: PLC0415  slow to load
    from alerts.notifiers.slack.notifier import web_client  # noqa: PLC0415
    from streams.community.views import CommunityView  # noqa: PLC0415
    from streams.kafka.admin import create_topics  # noqa: PLC0415
    from streams.moderation.queue_view import QueueView  # noqa: PLC0415
    from streams.monitoring.http_server import serve  # noqa: PLC0415
    from streams.monitoring.probes import Probes  # noqa: PLC0415
    from tocsin.web.sources.kafka import KafkaDataSource  # noqa: PLC0415

    wanted = here.topics.all(), here.settings.partitions, here.settings.replication
    made = await asyncio.to_thread(create_topics, here.connection, *wanted)
    partitions, token = made[0].partitions, here.settings.slack_token.get_secret_value()
    names = SlackNames(web_client(token, here.settings.slack_url), time.monotonic) if token else None
    async with (
        KafkaDataSource(here.connection, here.topics, partitions, names) as world,
        QueueView(here.connection, here.topics, partitions) as moderation,
        CommunityView(here.connection, here.topics, partitions) as community,
        asyncio.TaskGroup() as group,
    ):
        group.create_task(world.follow())
        group.create_task(moderation.follow())
        group.create_task(community.follow())
        await world.loaded()
        await moderation.loaded()
        probes = Probes()
        serve(here.settings.metrics_port, probes.answer)
        group.create_task(probes.run(here.connection))
        group.create_task(_serve(here.settings, world, host, port, shown, probes, moderation, community))


def _print_address(host: str, port: int) -> None:
    where = f"[{host}]" if ":" in host else host
    print_line(f"Open http://{where}:{port}/ in a browser. Ctrl-C stops it.")


def _recording_source(
    files: list[str], reading: FileReading, config: Path, weights: Path | None, until: int | None
) -> Recorded:
    from config.brands.loader import load  # noqa: PLC0415  slow to load
    from mentions.readers.position import SourceError  # noqa: PLC0415
    from tocsin.web.sources.recording import from_lines, from_recording  # noqa: PLC0415

    if files == [DEMO]:
        from tocsin.demo.scenarios.offline_run import NAMES, mention_lines, read_config  # noqa: PLC0415

        demo = from_lines(read_config().brands, mention_lines(), load_scorer(weights), until or DEMO_INSTANT)
        demo.named = NAMES
        return demo
    source = ReplayInput(files, reading, sort=False, rescore=False, weights=weights)
    try:
        with progress_bar("reading", source.size) as advance:
            if source.recording is not None:
                entries = list(source.recording.entries(scores=True, advance=advance))
                return from_recording(source.recording.header, entries, until)
            if not config.is_file():
                raise UsageError(f"{printable(str(config))}: no such file: name one with --config")
            return from_lines(load(config).brands, source.lines(advance), source.scorer(), until)
    except SourceError as error:
        raise UsageError(str(error)) from error


def _demo_config(stack: ExitStack) -> Path:
    """Return a copy of the demo's configuration that the editor may change."""
    path = Path(stack.enter_context(TemporaryDirectory(prefix="tocsin-"))) / "brands.yaml"
    path.write_bytes((resources.files("tocsin.demo.scenarios") / "brands.yaml").read_bytes())
    return path
