"""Generator of the demo's mentions: the same several thousand at every run."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tocsin.demo.scenarios.authors import pick_author
from tocsin.demo.scenarios.rng import Rng
from tocsin.demo.scenarios.scenario import LIVE_UNTIL, SCENARIO, WARM_UP_FROM
from tocsin.demo.scenarios.words import read_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from tocsin.demo.scenarios.words import Words

_SEED: Final = 1740
_MINUTE: Final = timedelta(minutes=1)


def generate() -> Iterator[dict[str, Any]]:
    """Yield the demo's mentions in order of publication, as a producer would send them."""
    rng = Rng(_SEED)
    words = {burst.brand: read_words(burst.brand) for burst in SCENARIO}
    number, at = 0, WARM_UP_FROM
    while at < LIVE_UNTIL:
        for offset, brand, theme in _minute(at, rng):
            number += 1
            yield _mention(number, at + timedelta(milliseconds=offset), brand, words[brand], theme, rng)
        at += _MINUTE


def write_mentions(path: Path) -> int:
    """Write the demo's mentions to `path` as JSON Lines; return how many."""
    lines = [msgspec.json.encode(mention) for mention in generate()]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return len(lines)


def _minute(at: datetime, rng: Rng) -> list[tuple[int, str, str]]:
    """Return (millisecond within the minute, brand, theme) of what is published in this minute, in order."""
    drawn = [(burst, rng.poisson(burst.rate(at))) for burst in SCENARIO]
    return sorted((int(rng.uniform(0, 60_000)), burst.brand, burst.theme) for burst, n in drawn for _ in range(n))


def _mention(number: int, at: datetime, brand: str, words: Words, theme: str, rng: Rng) -> dict[str, Any]:
    text, author = words.write(theme, rng), pick_author(brand, rng)
    mention = {
        "id": f"{author.channel}-{number}",
        "text": text,
        "published_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "channel": author.channel,
        "author": {"id": author.handle, "name": author.handle, "followers": author.followers},
        "url": f"https://{author.channel}.example/{author.handle}/{number}",
        "source": "demo",
    }
    return mention if brand.lower() in text.lower() else {**mention, "brand": brand}
