"""`tocsin listen`: reads the brands' sources into Kafka, and takes mentions over HTTP."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path  # noqa: TC003  typer reads the annotation
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.environment import load_installation
from tocsin.cli.options import EmbeddedOption, JsonOption
from tocsin.cli.output import print_json, print_line, print_status, print_table, printable
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from config.brands.model import Brand
    from config.settings import Settings
    from sources.registry import Tokens
    from tocsin.cli.environment import Installation
    from tocsin.listener.trial import Trial


def command(
    *,
    config: Annotated[
        Path | None, typer.Option(help="Take the brands from this file, not from what is applied.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Ask each source once, say what works, and end.")] = False,
    once: Annotated[bool, typer.Option("--once", help="Ask each source once, and end.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --once: print the mentions as JSON Lines, and send none.")
    ] = False,
    discover: Annotated[
        str | None, typer.Option(metavar="URL", help="Find the feeds of a page, blog or forum, and end.")
    ] = None,
    http: Annotated[
        int | None,
        typer.Option(min=1, max=65_535, metavar="PORT", help="Take mentions at POST /v1/mentions on this port, too."),
    ] = None,
    host: Annotated[str, typer.Option(help="With --http: the address to listen on.")] = "127.0.0.1",
    private: Annotated[
        bool, typer.Option("--private", help="With --discover: the page may lie at a private address.")
    ] = False,
    json: JsonOption = False,
    embedded: EmbeddedOption = False,
) -> None:
    """Read the sources that the brands list, and send what is about a brand to Kafka, each post once.

    Sources are listed under `sources` of a brand, a group or the organisation (docs/sources.md). How far each is read
    is kept in Kafka: a restart leaves no gap and sends nothing twice. `tocsin status` shows what is not heard.
    With --check the exit code is 1 if a source does not work.

    Examples:
      tocsin listen
      tocsin listen --check --config config/brands.yaml
      tocsin listen --once --dry-run --config config/brands.yaml
      tocsin listen --discover https://forum.example.com
      tocsin listen --http 8090
    """
    if dry_run and not once:
        raise UsageError("--dry-run needs --once")
    here = load_installation(embedded=embedded)
    _check_secret(here.settings, needed=http is not None)
    if discover is not None:
        _discover(discover, private=private, json=json)
    elif check or dry_run:
        trials = asyncio.run(_try_all(_brands(here, config), tokens(here.settings)))
        _print_mentions(trials) if dry_run else _print_trials(trials, json=json)
        if any(trial.error for trial in trials):
            raise typer.Exit(1)
    else:
        _listen(here, config, None if http is None else (host, http), once=once)


def _brands(here: Installation, config: Path | None) -> list[Brand]:
    from config.brands.loader import load  # noqa: PLC0415  pydantic and YAML are slow to load
    from config.brands.wire import decode_brand  # noqa: PLC0415
    from streams.kafka.admin import KafkaBrandStore  # noqa: PLC0415  so is the Kafka client

    if config is None:
        return [decode_brand(raw) for raw in KafkaBrandStore(here.connection, here.topics).read_applied().values()]
    if not config.exists():
        raise UsageError(f"{printable(str(config))}: no such file")
    return list(load(config, warn=lambda problem: print_status(printable(str(problem)))).brands)


def tokens(settings: Settings) -> Tokens:
    """Return the secrets that some sources want."""
    from sources.kinds.app_store_connect import ConnectKey  # noqa: PLC0415
    from sources.registry import Tokens  # noqa: PLC0415  aiohttp and feedparser are slow to load

    return Tokens(
        settings.mastodon_token.get_secret_value(),
        settings.stack_exchange_key.get_secret_value(),
        settings.youtube_key.get_secret_value(),
        settings.x_token.get_secret_value(),
        settings.google_play_key.get_secret_value(),
        ConnectKey(
            settings.app_store_connect_key.get_secret_value(),
            settings.app_store_connect_key_id.get_secret_value(),
            settings.app_store_connect_issuer,
        ),
    )


async def _try_all(brands: list[Brand], tokens: Tokens) -> list[Trial]:
    from streams.listening.listener import wanted_sources  # noqa: PLC0415
    from tocsin.listener.trial import try_source  # noqa: PLC0415

    wanted = wanted_sources(brands)
    if not wanted:
        raise CommandError("no brand lists `sources`: docs/sources.md shows how")
    return list(await asyncio.gather(*(try_source(name, one, tokens) for name, one in wanted.items())))


def _print_trials(trials: list[Trial], *, json: bool) -> None:
    if json:
        for trial in trials:
            print_json(trial.record())
        return
    heads = ["source", "works", "items", "about a brand", "newest (UTC)", "may use"]
    print_table(
        heads,
        [
            [one.source, "no" if one.error else "yes", one.items, len(one.mentions), one.newest, one.budget]
            for one in trials
        ],
    )
    for one in trials:
        if one.error or one.notice:
            print_line(printable(f"{one.source}: {one.error or one.notice}"))


def _print_mentions(trials: list[Trial]) -> None:
    from msgspec.json import decode  # noqa: PLC0415

    for one in trials:
        if one.error:
            print_status(printable(f"{one.source}: {one.error}"))
        for raw in one.mentions:
            print_json(decode(raw))


def _discover(url: str, *, private: bool, json: bool) -> None:
    from sources.budget import Budget, Limits  # noqa: PLC0415
    from sources.client import PoliteClient  # noqa: PLC0415
    from sources.discovery import USUAL_PATHS, find_feeds  # noqa: PLC0415
    from sources.item import SourceError  # noqa: PLC0415

    async def find() -> list[Any]:
        async with PoliteClient(Budget(Limits(requests=200)), allow_private=private) as client:
            return await find_feeds(client, url)

    try:
        found = asyncio.run(find())
    except SourceError as error:
        raise CommandError(printable(f"{url} {error}")) from None
    if not found:
        raise CommandError(
            printable(f"{url} names no feed, and has none at {', '.join(USUAL_PATHS)}: name the feed itself")
        )
    if json:
        for feed in found:
            print_json(feed._asdict())
        return
    print_table(["feed", "channel", "entries"], [list(feed) for feed in found])
    print_line("\nFor brands.yaml:\n  sources:")
    for feed in found:
        extra = ", private_addresses: true" if private else ""
        print_line(printable(f'    - {{kind: feed, url: "{feed.url}"{extra}}}'))


def _check_secret(settings: Settings, *, needed: bool) -> None:
    """Refuse to take mentions over HTTP from anybody."""
    secrets = (settings.listen_token, settings.listen_secret, settings.webhook_secrets)
    if needed and not any(secret.get_secret_value() for secret in secrets):
        raise UsageError("--http needs TOCSIN_LISTEN_TOKEN or TOCSIN_LISTEN_SECRET: else anybody could send mentions")


def _listen(here: Installation, config: Path | None, http: tuple[str, int] | None, *, once: bool) -> None:
    from streams.lifecycle import log_to_stderr  # noqa: PLC0415  Faust is slow to load
    from streams.shutdown import run_until_stopped  # noqa: PLC0415
    from streams.tracing.setup import tracing  # noqa: PLC0415
    from tocsin.listener.service import ListenerService, listen_once  # noqa: PLC0415

    log_to_stderr(here.settings.log_level, here.settings.log_format)
    _check_secret(here.settings, needed=http is not None)
    brands = None if config is None else _brands(here, config)
    traces = tracing(os.environ, "listen")
    service = ListenerService(here.settings, here.connection, here.topics, tokens(here.settings), traces)
    if once:
        sent = _send_once(listen_once(service, _brands(here, config) if brands is None else brands))
        print_line(f"sent {sent} mentions")
        return
    try:
        if run_until_stopped(service.run(brands, http)):
            print_status("stopped")
    except OSError as error:
        if http is None or error.errno != errno.EADDRINUSE:
            raise
        raise CommandError(f"cannot listen on {http[0]}:{http[1]}: {error.strerror}: choose another --http") from None


def _send_once(once: Coroutine[Any, Any, int]) -> int:
    from streams.shutdown import first_error  # noqa: PLC0415  Faust is slow to load
    from tocsin.listener.service import ActiveListenerError  # noqa: PLC0415

    try:
        return asyncio.run(once)
    except BaseExceptionGroup as several:
        error = first_error(several)
        if isinstance(error, ActiveListenerError):
            raise CommandError("another listener reads the sources: `tocsin status` names it; stop it first") from None
        raise error from several
