"""A recording without a broker: generated mentions, scored and ticked as the worker does it."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from config.brands.model import default_brand
from config.brands.wire import encode_brand
from mentions.model.batches import Tick
from mentions.sentiment import Scorer
from mentions.watchlist.watchlist import Watchlist
from streams.recording.format import ActionEntry, ConfigEntry, Entry, Header, MentionsEntry, ScoredEntry, TickEntry
from streams.stages.score import MentionsRecord, score
from tests.support.mention_generator import MentionGenerator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from alerts.incidents.model import Action

BRANDS = ("Brisela", "Oakmere")
CALM = MentionGenerator(900, seed=41, brands=BRANDS, angry=0.1, repeated=0.0)
BURST = MentionGenerator(300, seed=42, brands=("Brisela",), start=CALM.end, angry=0.9, span=CALM.span / 6, repeated=0.0)
SINCE, UNTIL = (int(at.timestamp() * 1000) for at in (CALM.start, BURST.end))
TICK = 10_000


@cache
def scorer() -> Scorer:
    """Return the scorer; it takes a while to make."""
    return Scorer()


def mentions() -> list[dict[str, Any]]:
    """Return a calm hour and a storm of ten minutes."""
    return [*CALM.mentions(), *BURST.mentions()]


def entries(
    stated: Iterable[dict[str, Any]], actions: Iterable[Action] = (), *, scores: bool = True
) -> Iterator[Entry]:
    """Yield what a worker with one partition reads; each mention arrives when it was published."""
    for name in BRANDS:
        yield ConfigEntry(0, name, 0, json.loads(encode_brand(default_brand(name))))
    watchlist = Watchlist([default_brand(name).brand_terms(0) for name in BRANDS])
    waiting = sorted(actions, key=lambda action: action.at)
    clock = 0
    for offset, mention in enumerate(stated):
        line = json.dumps(mention, ensure_ascii=False)
        (batch,) = score(0, [MentionsRecord(line.encode(), offset, 2**42)], watchlist, scorer()).batches
        at = batch.published[0]
        while waiting and waiting[0].at <= at:
            yield ActionEntry(waiting[0].at, 0, waiting.pop(0))
        if at - clock >= TICK:
            clock = at
            yield TickEntry(at, 0, Tick(0, 1, at, at))
        if scores:
            yield ScoredEntry(at, 0, batch)
        origin = (batch.brand, 0, batch.policy, batch.scorer)
        yield MentionsEntry(at, 0, *origin, batch.offsets, batch.indexes, batch.arrived, [line])
    for minute in range(1, 90):
        end = UNTIL + minute * 60_000
        while waiting and waiting[0].at <= end:
            yield ActionEntry(waiting[0].at, 0, waiting.pop(0))
        yield TickEntry(end, 0, Tick(0, 1, end, end))


def header(*, scores: bool = True) -> Header:
    """Return the header that goes with them."""
    return Header(BRANDS, SINCE, UNTIL, scores=scores, code="0")
