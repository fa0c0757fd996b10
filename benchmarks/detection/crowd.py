"""Crowd or a few accounts: a made-up brigade beside a crowd, and what is shown for the incidents of the packs.

The brigade is 12 accounts of 20 mentions each, the crowd 240 accounts of one each, in the same ten minutes of a real
stream and with the same texts, drawn from the negative ones of that stream; only the authors differ. The incidents are
those that the built-in defaults find in both packs of labelled streams. No text and no author is printed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from benchmarks.detection.incidents import PACKS, Pack, instant
from benchmarks.results_table import publish, table
from detectors.model.signal import Signal
from mentions.model.batches import Tick
from mentions.readers.files import read
from mentions.readers.position import Line
from mentions.sentiment import Scorer
from replay.player.chunking import CHUNK_SIZE, chunks, read_records, with_end_marker
from replay.player.file_replay import FileReplay
from replay.player.policy_set import PolicySet
from streams.stages.score import score
from streams.stages.watch import WatchShard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from detectors.model.crowd import Crowd
    from mentions.readers.position import RejectedLine

SEEDS: Final = 20
BACKGROUND: Final = ("us_airlines_2015", "United")
ACCOUNTS: Final = 12
POSTS: Final = 240
MINUTES: Final = 10
WORST: Final = 3
"""Incidents of a stream that are listed, those of most mentions."""

PATTERNS: Final = {"crowd": "crowd", "copies": "one text", "few_accounts": "few accounts", "unclear": "unclear"}


def incidents(lines: Iterable[Line | RejectedLine]) -> dict[str, dict[str, Any]]:
    """Return the last event with a crowd of each incident, by its id."""
    found: dict[str, dict[str, Any]] = {}
    for event in FileReplay(PolicySet.built_in(), Scorer()).run(lines):
        if "crowd" in event:
            opened = found.get(event["incident"], event)["opened"] if event["incident"] in found else event["at"]
            found[event["incident"]] = event | {"opened": opened}
    return found


def main(arguments: list[str] | None = None) -> int:
    """Print both tables; `--write` puts them into the results."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true", help="write the tables into docs/results.md")
    options.add_argument("--made-up", action="store_true", help="the made-up brigade only")
    options.add_argument("--packs", action="store_true", help="the packs only")
    options.add_argument("--streams", nargs="*", default=[], help="these streams of the packs only")
    chosen = options.parse_args(arguments)
    text = "" if chosen.packs else made_up() + "\n\n"
    text += "" if chosen.made_up else of_packs(chosen.streams)
    print(text)
    if chosen.write:
        publish("crowd", "A crowd, or a few accounts", "crowd", text)
    return 0


def made_up() -> str:
    """Return what is shown for the brigade and for the crowd in each seed."""
    folder = next(folder for folder in PACKS if (folder / f"{BACKGROUND[0]}.jsonl.gz").exists())
    lines = [line for line in read(str(folder / f"{BACKGROUND[0]}.jsonl.gz")) if isinstance(line, Line)]
    rows = []
    for authors in (ACCOUNTS, POSTS):
        shown = [_with_attack(lines, authors, seed) for seed in range(SEEDS)]
        patterns = [one.pattern if one else "no signal" for one in shown]
        known = [one for one in shown if one]
        rows.append(
            (
                f"{authors} accounts × {POSTS // authors}",
                ", ".join(f"{PATTERNS.get(name, name)} {patterns.count(name)}" for name in dict.fromkeys(patterns)),
                _span([one.effective for one in known]),
                _span([100 * one.top_five for one in known]) + " %",
                str(sum(not one.without.fires for one in known if one.without)),
            )
        )
    head = ("made up", f"shown in {SEEDS} seeds", "effective authors", "share of five", "would not have fired")
    return table(head, rows)


def _span(values: list[float]) -> str:
    return f"{min(values):.0f}–{max(values):.0f}" if values else "–"


def _with_attack(lines: list[Line], authors: int, seed: int) -> Crowd | None:
    """Return the largest crowd of the signals that follow from 240 negative mentions by so many authors."""
    dice = random.Random(seed)
    mentions = [(line, json.loads(line.raw)) for line in lines]
    mine = [(line, mention) for line, mention in mentions if mention["brand"] == BACKGROUND[1]]
    times = sorted(instant(mention["published_at"]) for _, mention in mine)
    start = times[int(len(times) * dice.uniform(0.5, 0.8))]
    texts = dice.sample([mention["text"] for _, mention in mine if len(mention["text"]) > 60], POSTS)
    added = []
    for place, text in enumerate(texts):
        at = start + timedelta(seconds=dice.uniform(0, 60 * MINUTES))
        mention = {
            "id": f"made-up-{seed}-{place}",
            "brand": BACKGROUND[1],
            "text": f"This is terrible, {text}, never again, awful service",
            "author": f"account-{seed}-{place % authors}",
            "channel": "twitter",
            "published_at": at.isoformat(),
        }
        added.append((mine[0][0]._replace(raw=json.dumps(mention).encode(), mention=None), mention))
    merged = sorted([*mine, *added], key=lambda pair: instant(pair[1]["published_at"]))
    since, until = (int(at.timestamp() * 1000) for at in (start, start + timedelta(minutes=2 * MINUTES)))
    found = [one.crowd for one in signals(line for line, _ in merged) if since <= one.at <= until and one.crowd]
    largest = max(found, key=lambda crowd: crowd.mentions, default=None)
    return largest if largest and largest.mentions >= POSTS // 4 else None


def signals(lines: Iterable[Line | RejectedLine]) -> Iterator[Signal]:
    """Yield the signals of a stream, whatever incidents they belong to."""
    rules, scorer = PolicySet.built_in(), Scorer()
    shard = WatchShard(rules)
    for chunk in chunks(with_end_marker(read_records(lines, [])), CHUNK_SIZE):
        scored = score(0, chunk, rules.watchlist, scorer)
        found = [one for batch in scored.batches for one in shard.apply(batch)]
        if scored.read_up_to is not None:
            found += shard.apply(Tick(0, 1, scored.read_up_to, None))
        yield from (one for one in found if isinstance(one, Signal))


def of_packs(only: list[str]) -> str:
    """Return what is shown for the largest incidents of each stream."""
    rows = []
    for folder in PACKS:
        pack = Pack(folder)
        for name in pack.names:
            if not only or name in only:
                rows += _of_stream(folder, pack, name)
    head = (
        "stream",
        "brand",
        "opened (UTC)",
        "labelled",
        "shown",
        "mentions",
        "authors",
        "effective",
        "five",
        "copies",
    )
    return table((*head, "sharing (again)", "without the busiest"), rows)


def _of_stream(folder: Path, pack: Pack, name: str) -> list[tuple[str, ...]]:
    found = list(incidents(read(str(folder / f"{name}.jsonl.gz"))).values())
    labels = pack.incidents(name).values()
    shown = {event["incident"]: _label(event, labels) for event in found}
    largest = sorted(found, key=lambda event: (not shown[event["incident"]], -event["crowd"]["mentions"]))
    labelled = sum(bool(label) for label in shown.values())
    return [_row(name, event, shown[event["incident"]]) for event in largest[: labelled + WORST]]


def _label(event: dict[str, Any], labels: Any) -> str:
    at = instant(event["opened"])
    kinds = [
        one["kind"]
        for one in labels
        if one["brand"] == event["brand"] and instant(one["onset"]) - timedelta(hours=1) <= at <= instant(one["end"])
    ]
    return kinds[0].replace("_", " ") if kinds else ""


def _row(name: str, event: dict[str, Any], label: str) -> tuple[str, ...]:
    crowd = event["crowd"]
    without = crowd["without"]
    shown = "–"
    if without:
        outcome = "fires" if without["fires"] else "does not fire"
        shown = f"{without['accounts']}: {without['before']:g} → {without['observed']:g}, {outcome}"
    return (
        name,
        event["brand"],
        event["opened"][:16].replace("T", " "),
        label or "–",
        PATTERNS[crowd["pattern"]],
        str(crowd["mentions"]),
        str(crowd["authors"]),
        f"{crowd['effective']:.0f}",
        f"{crowd['top_five']:.0%}",
        str(crowd["copies"]),
        f"{crowd['sharing']} ({crowd['sharing_again']})",
        shown,
    )


if __name__ == "__main__":
    sys.exit(main())
