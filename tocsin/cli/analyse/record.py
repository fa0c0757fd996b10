"""`tocsin record`: writes what the workers read of some brands into one file that replays."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003  typer reads the annotation
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.environment import load_installation
from tocsin.cli.output import print_status, printable
from tocsin.cli.time_options import parse_duration_ms, parse_instant_ms
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from streams.recording.capture import Captured
    from tocsin.cli.environment import Installation

MIN_KEY_CHARS = 16


def command(
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write, by convention *.tocsin.")],
    brand: Annotated[
        list[str] | None, typer.Option("--brand", "-b", help="Only this brand; may be repeated. Left out: all brands.")
    ] = None,
    since: Annotated[str, typer.Option("--from", help="Start: 2026-03-02T10:15 (UTC), or how long ago: 2h.")],
    until: Annotated[str, typer.Option("--to", help="End, written likewise.")] = "now",
    warm_up: Annotated[
        str, typer.Option("--warm-up", help="How much before --from to record too, for the baselines: 14d, 12h.")
    ] = "14d",
    scores: Annotated[
        bool, typer.Option("--scores", help="Record the scores too, so that a replay need not score the texts again.")
    ] = False,
    anonymous: Annotated[
        bool, typer.Option("--anonymise", help="Replace authors, handles, ids and URLs with stable pseudonyms.")
    ] = False,
) -> None:
    """Record what the workers read, in order: mentions, ticks, actions and configurations.

    --from and --to are broker times: when a mention was read. With --anonymise, pseudonyms are made with a random key
    that is discarded; for the same pseudonyms in several recordings, set TOCSIN_ANONYMISE_KEY. Exit code 1 if there is
    nothing to record.

    Examples:
      tocsin record --brand Hallowfirth --from 2026-03-02T08:00 --to 2026-03-02T14:00 -o march.tocsin
      tocsin record --from 6h --warm-up 0h --scores -o today.tocsin
      tocsin record --brand Hallowfirth --from 1d --anonymise -o to-share.tocsin
    """
    from replay.player.anonymise import anonymise  # noqa: PLC0415  slow to load
    from streams.recording.capture import capture  # noqa: PLC0415
    from streams.recording.format import write  # noqa: PLC0415
    from streams.shutdown import interruptible  # noqa: PLC0415

    now = datetime.fromtimestamp(time.time_ns() // 10**9, UTC)
    period = parse_instant_ms(since, "--from", now), parse_instant_ms(until, "--to", now)
    if period[0] >= period[1]:
        raise UsageError(f"--from {since} is not before --to {until}: swap them")
    here = load_installation()
    key = _key(here) if anonymous else None
    before = parse_duration_ms(warm_up, "--warm-up")
    with interruptible():
        found = capture(here.connection, here.topics, brand or (), period, warm_up=before, scores=scores)
    _check_found(found, brand or [])
    header, entries = found.header, iter(found.entries)
    if key is not None:
        header, entries = anonymise(header, entries, key)
    end = write(out, header, entries)
    _warn(found)
    brands = ", ".join(map(printable, header.brands))
    print_status(f"{printable(str(out))}: {end.mentions} mentions of {brands}, {end.entries} entries")


def _key(here: Installation) -> bytes:
    given = here.settings.anonymise_key.get_secret_value()
    if given and len(given) < MIN_KEY_CHARS:
        raise UsageError(
            f"TOCSIN_ANONYMISE_KEY is shorter than {MIN_KEY_CHARS} characters: use the output of openssl rand -hex 32"
        )
    return given.encode()[:64] or secrets.token_bytes(32)


def _check_found(found: Captured, wanted: list[str]) -> None:
    missing = sorted(set(wanted) - set(found.header.brands))
    if missing or not found.header.brands:
        what = ", ".join(map(printable, missing)) or "any brand"
        raise CommandError(f"no mention of {what} was read in that time: `tocsin status` shows names and times")


def _warn(found: Captured) -> None:
    if found.missing_lines:
        remedy = "replay with the scores (record with --scores), or record sooner"
        print_status(f"warning: the originals of {found.missing_lines} mentions are gone from the topic: {remedy}")
    for name in found.unknown_revisions:
        why = "the topic no longer holds the configuration at the start: the next later one is used"
        print_status(f"warning: {printable(name)}: {why}")
