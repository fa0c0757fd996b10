"""`tocsin init`: from a brand's name to a checked brands.yaml with sources that work, in a few questions."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path  # noqa: TC003  typer reads the annotation
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from tocsin.cli.configure.config import DEFAULT_FILE
from tocsin.cli.environment import load_installation
from tocsin.cli.output import print_line, print_status, print_table, printable
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.brands.model import Brand
    from config.settings import Settings
    from tocsin.listener.trial import Trial

MASTODON: Final = "https://mastodon.social"
SHOWN: Final = 10
"""Mentions that are shown at the end."""

_LINE: Final = 110


class Answers(NamedTuple):
    """What a person said about the brand."""

    name: str
    keywords: tuple[str, ...]
    channel: str
    on_call: tuple[str, ...]
    language: str
    timezone: str
    sites: tuple[str, ...]


def command(
    *,
    brand: Annotated[str, typer.Option(help="The brand's name.")] = "",
    keyword: Annotated[list[str] | None, typer.Option(help="A word that means the brand; several times.")] = None,
    channel: Annotated[str, typer.Option(help="The Slack channel of its alerts, such as #brand-alerts.")] = "",
    on_call: Annotated[list[str] | None, typer.Option(help="Slack id of somebody to page; several times.")] = None,
    language: Annotated[str, typer.Option(help="Language of the alerts: en or fr.")] = "en",
    timezone: Annotated[str, typer.Option(help="The brand's time zone, such as Europe/Paris.")] = "UTC",
    site: Annotated[list[str] | None, typer.Option(help="A site, blog or forum to read; several times.")] = None,
    output: Annotated[Path, typer.Option(help="The file to write.")] = DEFAULT_FILE,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    networks: Annotated[
        bool, typer.Option("--networks/--no-networks", help="Try Bluesky, Mastodon and Hacker News, too.")
    ] = True,
    private: Annotated[bool, typer.Option("--private", help="Sites may lie at private addresses.")] = False,
) -> None:
    """Ask for a brand, find where people write about it, and write a checked brands.yaml.

    What is not given as an option is asked for. Each source is tried; only those that work are written down. At the end
    stand mentions of the last day that would have been heard, and what to do next.

    Examples:
      tocsin init
      tocsin init --brand Hallowfirth --channel '#hallowfirth-alerts' --site https://forum.example.com
    """
    if output.exists() and not force:
        raise UsageError(f"{printable(str(output))} is there already: name another with --output, or add --force")
    name = brand or _ask("Brand")
    answers = Answers(
        name,
        tuple(keyword or ()) or _ask_list("Words that mean the brand, with commas between them", name),
        channel or _ask("Slack channel of its alerts", "#brand-alerts"),
        tuple(on_call or ()) or _ask_list("Slack ids of those on call, with commas (U…, S…)", optional=True),
        language,
        timezone,
        tuple(site or ()) or _ask_list("Sites, blogs or forums to read, with commas", optional=True),
    )
    candidates = asyncio.run(_candidates(answers, networks=networks, private=private))
    checked = _checked(answers, candidates)
    trials = asyncio.run(_try(checked, load_installation().settings)) if candidates else []
    working = {trial.source for trial in trials if not trial.error}
    kept = [line for line, one in zip(candidates, checked.sources, strict=True) if one.id in working]
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(_document(answers, kept), "utf-8")
    _report(output, trials)


def _ask(what: str, default: str | None = None) -> str:
    if not sys.stdin.isatty():
        raise UsageError(f"cannot ask for “{what}”, as standard input is no terminal: give it as an option")
    return str(typer.prompt(what, default=default, err=True)).strip()


def _ask_list(what: str, default: str = "", *, optional: bool = False) -> tuple[str, ...]:
    """Ask for several; where nobody can be asked, the default, or nothing if it is optional."""
    if not sys.stdin.isatty():
        return (default,) if default else ()
    given = str(typer.prompt(what, default=default, show_default=bool(default), err=True))
    found = tuple(part.strip() for part in given.split(",") if part.strip())
    return found if found or optional else (default,)


async def _candidates(answers: Answers, *, networks: bool, private: bool) -> list[str]:
    """Return sources that may work, as lines of YAML."""
    from sources.budget import Budget, Limits  # noqa: PLC0415  aiohttp and feedparser are slow to load
    from sources.client import PoliteClient  # noqa: PLC0415
    from sources.discovery import find_feeds  # noqa: PLC0415
    from sources.item import SourceError  # noqa: PLC0415

    extra = ", private_addresses: true" if private else ""
    found = []
    for site in answers.sites:
        print_status(printable(f"looking for feeds of {site} …"))
        try:
            async with PoliteClient(Budget(Limits(requests=200)), allow_private=private) as client:
                feeds = await find_feeds(client, site)
        except SourceError as error:
            print_status(printable(f"{site} {error}"))
            continue
        found += [f"{{kind: feed, url: {_quoted(feed.url)}{extra}}}" for feed in feeds]
    if networks:
        word = answers.keywords[0]
        tag = "".join(filter(str.isalnum, word))
        found += [
            "{kind: bluesky}",
            f"{{kind: mastodon, url: {_quoted(MASTODON)}, query: {_quoted(tag)}}}",
            f"{{kind: hacker-news, query: {_quoted(word)}}}",
        ]
    return found


def _document(answers: Answers, sources: Sequence[str]) -> str:
    """Return brands.yaml."""
    lines = [
        "# Who is watched. Every key: docs/configuration.md. Check it with `tocsin config check`.",
        "brands:",
        f"  - name: {_quoted(answers.name)}",
        f"    keywords: [{', '.join(map(_quoted, answers.keywords))}]",
        f"    slack_channel: {_quoted(answers.channel)}",
    ]
    if answers.on_call:
        lines.append(f"    on_call: [{', '.join(map(_quoted, answers.on_call))}]")
    lines += [f"    language: {answers.language}", f"    timezone: {_quoted(answers.timezone)}"]
    if sources:
        lines += ["    sources:", *(f"      - {source}" for source in sources)]
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    """Return a text as YAML: JSON's quotes are YAML's, too."""
    return json.dumps(text, ensure_ascii=False)


def _checked(answers: Answers, sources: Sequence[str]) -> Brand:
    """Return the brand as the file would say it.

    Raises:
        CommandError: an answer is none that a brand can have.
    """
    from config.brands.loader import parse  # noqa: PLC0415  pydantic and YAML are slow to load

    report = parse(_document(answers, sources).encode(), "your answers")
    if report.config is None:
        raise CommandError("\n".join(printable(str(problem)) for problem in report.errors))
    for warning in report.warnings:
        print_status(printable(f"{warning.path}: {warning.rule}"))
    return report.config.brands[0]


async def _try(brand: Brand, settings: Settings) -> list[Trial]:
    from streams.listening.listener import wanted_sources  # noqa: PLC0415  so are the Kafka clients
    from tocsin.cli.run.listen import tokens  # noqa: PLC0415
    from tocsin.listener.trial import try_source  # noqa: PLC0415

    print_status("trying each source …")
    wanted = wanted_sources([brand])
    return list(await asyncio.gather(*(try_source(name, one, tokens(settings)) for name, one in wanted.items())))


def _report(output: Path, trials: Sequence[Trial]) -> None:
    if trials:
        rows = [[one.source, "no" if one.error else "yes", one.items, len(one.mentions)] for one in trials]
        print_table(["source", "works", "items", "about the brand"], rows)
        for one in trials:
            if one.error:
                print_line(printable(f"left out, {one.source}: {one.error}"))
    working = any(not one.error for one in trials)
    recent = _recent(trials)
    if recent:
        print_line("\nThe last day, as it would have been heard:")
        for line in recent[-SHOWN:]:
            print_line(f"  {line}")
    print_line()
    print_line(printable(f"Written: {output}{'' if working else ', without a source'}. Next:"))
    if not working:
        print_line("  add `sources` to the brand (docs/sources.md), or send mentions yourself: tocsin ingest FILE")
    chosen = "" if output == DEFAULT_FILE else f" --config {output}"
    print_line(printable(f"  tocsin up{chosen}"))
    print_line("which runs everything on this machine. With a Kafka of your own (docs/sources.md):")
    for step in ("tocsin topics create", f"tocsin config apply {output}", "tocsin listen", "tocsin worker"):
        print_line(printable(f"  {step}"))


def _recent(trials: Sequence[Trial]) -> list[str]:
    """Return the mentions of the last day, the latest last."""
    since = datetime.now(UTC) - timedelta(days=1)  # noqa: TID251  a command reads the clock
    found = []
    for trial in trials:
        for raw in trial.mentions:
            mention = json.loads(raw)
            at = datetime.fromtimestamp(mention["published_at"] / 1000, UTC)
            if at >= since:
                found.append((at, printable(f"{at:%H:%M} {mention['channel']}: {mention['text']}")[:_LINE]))
    return [line for _, line in sorted(found)]
