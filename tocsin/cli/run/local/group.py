"""The processes of `tocsin up`: which of them run, with what command and environment, and what to say of each."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from tocsin.cli.run.processes import Job
from tocsin.subprocesses import TOCSIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from config.brands.model import Brand
    from config.settings import Settings

BROKER_HOST: Final = "127.0.0.1"
LOCAL_PARTITIONS: Final = 4
"""Partitions of a topic of the local broker, unless TOCSIN_PARTITIONS says otherwise: one machine needs few."""

SHOWN_BRANDS: Final = 5
"""Brands that a message names."""


@dataclass(frozen=True)
class GroupOptions:
    """What the command line says."""

    config: Path
    data: Path
    port: int  # of the pages
    http: int  # of POST /v1/mentions
    broker: int | None  # port of the local broker; None: TOCSIN_BROKERS says where Kafka is
    clock: str = "wall"  # of the worker


@dataclass(frozen=True)
class Wishes:
    """What the brands ask for: how many sources they list, which of them moderate, whose authors are counted."""

    sources: int = 0
    moderation: tuple[str, ...] = ()
    community: tuple[str, ...] = ()


def wishes_of(brands: Iterable[Brand]) -> Wishes:
    """Return what some brands ask for."""
    known = list(brands)
    return Wishes(
        len({one.id for brand in known for one in brand.sources}),
        tuple(sorted(brand.name for brand in known if brand.moderation.enabled)),
        tuple(sorted(brand.name for brand in known if brand.community.enabled)),
    )


@dataclass(frozen=True)
class Part:
    """One part of the group: its name, what to say of it at the start, and its arguments; None: it does not run."""

    name: str
    status: str
    arguments: tuple[str, ...] | None


def parts(settings: Settings, options: GroupOptions, wishes: Wishes) -> list[Part]:
    """Return all parts of a group whose brands ask for something."""
    return [
        _broker(settings, options),
        Part("worker", _alerts(settings), ("worker", "--clock", options.clock)),
        _listener(settings, options, wishes.sources),
        Part("moderation", _asked("moderation", wishes.moderation), ("moderation", "run")),
        Part("community", _asked("community", wishes.community), ("community", "--follow")),
        _slack_app(settings),
        _pages(options),
    ]


def environment(environ: Mapping[str, str], options: GroupOptions) -> dict[str, str]:
    """Return the environment of all processes of the group."""
    made = dict(environ) | {"PYTHONUNBUFFERED": "1"}
    made.setdefault("TOCSIN_LOG_LEVEL", "warning")
    made.setdefault("TOCSIN_WEB_URL", f"http://127.0.0.1:{options.port}")
    if options.broker is not None:
        made["TOCSIN_BROKERS"] = f"{BROKER_HOST}:{options.broker}"
        made.setdefault("TOCSIN_PARTITIONS", str(LOCAL_PARTITIONS))
    return made


def jobs(
    found: list[Part],
    environ: Mapping[str, str],
    settings: Settings,
    options: GroupOptions,
    may_start: Callable[[str], bool],
) -> list[Job]:
    """Return the jobs of the parts that run; all but the broker start once `may_start` says so of their name."""
    shared = environment(environ, options)
    made = []
    for part in found:
        if part.arguments is None:
            continue
        metrics = str(settings.metrics_port) if part.name == "worker" else "0"
        is_broker = part.name == "broker"
        made.append(
            Job(
                part.name,
                [*TOCSIN, *part.arguments],
                shared | {"TOCSIN_METRICS_PORT": metrics},
                essential=part.name in {"broker", "worker"},
                ends_last=is_broker,
                may_start=(lambda: True) if is_broker else partial(may_start, part.name),
            )
        )
    return made


def missing_brands(config: Path, applied: Iterable[str], wanted: Iterable[str]) -> str:
    """Return why a file may not be applied to a Kafka that others may share, "" if it may.

    >>> from pathlib import Path
    >>> missing_brands(Path("brands.yaml"), ["Alder", "Birch"], ["Birch", "Cedar"])[:57]
    'brands.yaml lacks brands that those brokers watch: Alder.'
    """
    lost = sorted(set(applied) - set(wanted))
    if not lost:
        return ""
    return (
        f"{config} lacks brands that those brokers watch: {', '.join(lost[:SHOWN_BRANDS])}. Add them, or end it with "
        f"`tocsin config apply {config}`, and start again"
    )


def _broker(settings: Settings, options: GroupOptions) -> Part:
    if options.broker is None:
        return Part("broker", f"yours, at {', '.join(settings.brokers)} (TOCSIN_BROKERS)", None)
    status = f"{BROKER_HOST}:{options.broker}, everything is kept in {options.data}"
    return Part("broker", status, ("broker", "--data", str(options.data), "--port", str(options.broker)))


def _alerts(settings: Settings) -> str:
    if settings.slack_token.get_secret_value():
        return "alerts go to Slack"
    return "alerts go to this terminal and to the pages: TOCSIN_SLACK_TOKEN is not set (docs/slack.md)"


def _listener(settings: Settings, options: GroupOptions, sources: int) -> Part:
    takes = bool(settings.listen_token.get_secret_value() or settings.listen_secret.get_secret_value())
    read = f"{sources} sources" if sources != 1 else "1 source"
    if not sources:
        read = "no brand lists `sources` yet (docs/sources.md)"
    posted = (
        f"POST http://127.0.0.1:{options.http}/v1/mentions"
        if takes
        else "no mentions over HTTP: TOCSIN_LISTEN_TOKEN is not set"
    )
    return Part("listener", f"{read}; {posted}", ("listen", *(("--http", str(options.http)) if takes else ())))


def _asked(setting: str, brands: tuple[str, ...]) -> str:
    """Return what is said of a part that runs for the brands which ask for it.

    >>> _asked("community", ())
    'off until a brand sets `community: {enabled: true}`'
    >>> _asked("community", ("Alder", "Birch"))
    'of Alder, Birch'
    """
    if not brands:
        return f"off until a brand sets `{setting}: {{enabled: true}}`"
    more = len(brands) - SHOWN_BRANDS
    return f"of {', '.join(brands[:SHOWN_BRANDS])}" + (f" and {more} more" if more > 0 else "")


def _slack_app(settings: Settings) -> Part:
    if not settings.slack_token.get_secret_value():
        return Part("slack", "off: no buttons without TOCSIN_SLACK_TOKEN and TOCSIN_SLACK_APP_TOKEN", None)
    if not settings.slack_app_token.get_secret_value():
        return Part("slack", "off: no buttons without TOCSIN_SLACK_APP_TOKEN (docs/slack.md)", None)
    return Part("slack", "buttons, Home tab and /tocsin, by Socket Mode", ("slack",))


def _pages(options: GroupOptions) -> Part:
    arguments = ("web", "--port", str(options.port), "--config", str(options.config))
    return Part("pages", f"http://127.0.0.1:{options.port}/", arguments)


def is_answering(port: int) -> bool:
    """Return whether somebody accepts connections at a port of this machine."""
    with socket.socket() as knock:
        knock.settimeout(1.0)
        return knock.connect_ex((BROKER_HOST, port)) == 0
