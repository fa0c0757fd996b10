"""Topics: what people suddenly write about a brand, at any volume and in any language. The fold.

For each post, each of its units (words, two-word phrases, hashtags, links, risk categories) is looked up in the
window: k voices of n use it, among the last 60 posts of a day and the last 30 of a week. Against the usual share p,
learnt half a day late and halved in 14 days, the surprise is the Chernoff bound of the binomial tail, damped for
posts that echo each other (`rating.damped`). From `surprise` on it is a topic, or joins one with which it shares half
of its posts. What it is about decides whether it pages (`rating.rate`).

Blind to: what fewer than `share` of the last posts say (at a busy brand a leak told by one post in fifty); words
inflected by more than a plural "s"; the first three days of a brand, but for risk categories. Irony is no obstacle,
since no mood is needed. Cost: some 0.1 ms a post that is looked at, at most SAMPLED a minute, so nothing in a
firestorm; 4 to 11 kB of state. Reference: Chernoff bound as in `burst`; the idea of bursts by share follows
Kleinberg, KDD 2002.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from detectors.topics import rating, topic
from detectors.topics.model import SEVERITIES, Live, TopicNews
from detectors.topics.usual import Usual
from detectors.topics.voices import author_key, text_key
from detectors.topics.window import NEGATIVE_UNIT, TEXT_CHARS, Post, Window, category_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from detectors.topics.model import Kind
    from detectors.topics.policy import Topics
    from detectors.topics.risk import RiskTerms

SAMPLED: Final = 12
"""Posts of a minute that are looked at."""

WARM_UP_DAYS: Final = 3.0
REST: Final = 24 * 3_600_000
"""A topic ends, and its words may begin another, when they have not been a surprise for so long [ms]."""

LIVE: Final = 3
SPOKEN: Final = 32
_SHARED: Final = 0.5
_UNITS: Final = 12
_SHARES: Final = 4_000
_CHANNEL_CHARS: Final = 24
MINUTE: Final = 60_000


class Row(NamedTuple):
    """A mention as the topic detector needs it."""

    published: int  # ms
    author: str  # "" when unknown
    channel: str
    likeness: int
    label: int
    compound: float
    reach: int
    text: str  # its beginning


class Memory(msgspec.Struct, array_like=True):
    """What is stored of a brand's topics."""

    posts: list[Post] = []
    usual: Usual = msgspec.field(default_factory=Usual)
    live: list[Live] = []
    spoken: dict[str, int] = {}  # unit of a topic → when it was last a surprise [ms]
    number: int = 0  # of topics so far
    minute: int = -1
    taken: int = 0  # posts of this minute looked at
    met: int = 0  # posts of this minute
    judged: int = 0  # latest instant [ms] that was looked at


class Hit(NamedTuple):
    """A unit that more people use than usual."""

    surprise: float
    unit: str
    voices: int
    of: int
    usual: float
    places: list[int]


class State:
    """A brand's topics. Linear use: `step` and `expire` change it."""

    def __init__(self, own: frozenset[str], risks: RiskTerms, memory: Memory | None = None) -> None:
        self.memory = memory or Memory()
        self.window = Window(self.memory.posts, own, risks)
        self.memory.posts = self.window.posts
        self._shares: dict[str, float] = {}  # of units met since the usual changed: made again when asked for
        self._shares_of = (-1, False)

    def usual_share(self, unit: str, *, cold: bool) -> float:
        """Return the usual share of posts with a unit."""
        known = (self.memory.usual.folded, cold)
        if known != self._shares_of or len(self._shares) > _SHARES:
            self._shares, self._shares_of = {}, known
        share = self._shares.get(unit)
        if share is None:
            share = self._shares[unit] = rating.usual_share(unit, self.memory.usual, cold=cold)
        return share


def step(state: State, row: Row, policy: Topics) -> list[TopicNews]:
    """Take a mention, in the order in which they are counted, and return what there is to tell.

    Posts of a minute beyond SAMPLED are counted and not read.
    """
    memory, window = state.memory, state.window
    if not _sampled(memory, row.published):
        return []
    post = Post(
        row.published,
        author_key(row.author, row.likeness),
        text_key(row.likeness),
        row.channel[:_CHANNEL_CHARS],
        row.label,
        round(100 * row.compound),
        row.reach,
        row.text[:TEXT_CHARS],
    )
    units = window.add(post)
    cold = memory.usual.days(row.published) < WARM_UP_DAYS
    memory.usual.learn(row.published, units)
    memory.judged = max(memory.judged, row.published)
    news = [*expire(state, row.published)]
    for live in memory.live:
        topic.count(live, post, units)
    hits = _hits(state, units, policy, cold=cold)
    return [*news, *_follow(state, hits, row.published, policy, cold=cold)]


def expire(state: State, now: int) -> list[TopicNews]:
    """End the topics that have rested, as of `now` [ms]."""
    memory = state.memory
    ended = [live for live in memory.live if now - live.struck_at > REST]
    if ended:
        memory.live = [live for live in memory.live if live not in ended]
    if len(memory.spoken) > SPOKEN or ended:
        recent = sorted(memory.spoken.items(), key=lambda item: (item[1], item[0]))[-SPOKEN:]
        memory.spoken = {unit: at for unit, at in recent if now - at <= REST}
    return [TopicNews("ended", live.number, topic.shown(live)) for live in ended]


def _sampled(memory: Memory, published: int) -> bool:
    """Tell whether a post is looked at; when the minute turns, what was not is added to the topics in proportion."""
    minute = published // MINUTE
    if minute > memory.minute:
        if memory.met > memory.taken > 0:
            for live in memory.live:
                topic.extrapolate(live, memory.minute, memory.met / memory.taken)
        memory.minute, memory.taken, memory.met = minute, 0, 0
    memory.met += 1
    if memory.taken >= SAMPLED:
        return False
    memory.taken += 1
    return True


def _hits(state: State, units: Iterable[str], policy: Topics, *, cold: bool) -> list[Hit]:
    """Return the units of a post that are a surprise, the largest first."""
    counts, least = state.window.counts, policy.least
    found = [
        hit
        for unit in units
        if counts[unit] >= least
        and unit != NEGATIVE_UNIT
        and not (cold and not category_of(unit))
        and (hit := _best(state, unit, policy, cold=cold))
    ]
    return sorted(found, key=lambda hit: (-hit.surprise, hit.unit))


def _best(state: State, unit: str, policy: Topics, *, cold: bool) -> Hit | None:
    """Return the surprise at a unit on the scale where it is largest; None where it is none.

    Posts are counted first, and voices only where the posts would be half the surprise it takes.
    """
    window, usual = state.window, state.memory.usual
    share = state.usual_share(unit, cold=cold)
    needed = policy.risk if category_of(unit) else policy.surprise
    best: Hit | None = None
    for start in window.starts:
        posts = len(window.posts) - start
        most = min(posts, window.counts[unit])
        if most <= share * posts or rating.damped(most, posts, share, usual, cold=cold) < needed / 2:
            continue
        places = window.places(unit, start)
        voices, of = window.voices(places), window.voices(range(start, len(window.posts)))
        if voices < max(policy.least, policy.share * of):
            continue
        score = rating.damped(voices, of, share, usual, cold=cold)
        if score >= needed and (best is None or score > best.surprise):
            best = Hit(score, unit, voices, of, share, places)
    return best


def _follow(state: State, hits: list[Hit], now: int, policy: Topics, *, cold: bool) -> list[TopicNews]:
    """Let surprises join the topics they belong to, or begin one, and rate what was touched."""
    memory, window = state.memory, state.window
    touched: dict[int, Kind] = {}
    struck: dict[int, list[str]] = {}  # number → categories that are a surprise by themselves
    for hit in hits:
        live = _home(state, hit)
        fresh = now - memory.spoken.get(hit.unit, now - REST - 1) > REST
        memory.spoken[hit.unit] = now
        if live is None:
            if not fresh:
                continue
            live = _begin(state, hit)
            touched[live.number] = "opened"
        elif hit.unit not in live.units and len(live.units) < _UNITS:
            live.units.append(hit.unit)
        touched.setdefault(live.number, "grown")
        live.struck_at = now
        if category_of(hit.unit):
            struck.setdefault(live.number, []).append(category_of(hit.unit))
        if hit.surprise > live.surprise:
            live.surprise, live.usual, live.share = hit.surprise, hit.usual, hit.voices / hit.of
    news = []
    for live in memory.live:
        if live.number in touched:
            kind = _rate(state, live, struck.get(live.number, ()), policy, cold=cold)
            kind = "opened" if touched[live.number] == "opened" else kind
            if kind:
                topic.rename(live, window, _places(state, live), memory.usual)
                live.told = live.authors()
                news.append(TopicNews(kind, live.number, topic.shown(live)))
    return news


def _rate(state: State, live: Live, struck: Sequence[str], policy: Topics, *, cold: bool) -> Kind | None:
    """Rate a topic that was touched; return what there is to tell, if anything."""
    window, usual = state.window, state.memory.usual
    if not struck and live.surprise < policy.paging:
        return topic.settle(live, rating.NOTHING)
    of = window.voices(range(len(window.posts)))
    return topic.settle(live, rating.rate(window, _places(state, live), of, usual, policy, struck, cold=cold))


def _home(state: State, hit: Hit) -> Live | None:
    """Return the topic that a surprise belongs to: one with its unit, or with half of its posts."""
    for live in state.memory.live:
        if hit.unit in live.units:
            return live
    best, most = None, _SHARED * len(hit.places)
    for live in state.memory.live:
        own = set(live.units)
        shared = sum(not own.isdisjoint(state.window.units[place]) for place in hit.places)
        if shared >= most:
            best, most = live, shared + 0.5
    return best


def _begin(state: State, hit: Hit) -> Live:
    """Begin a topic with the posts of the window; the one that rests longest gives way where there are too many."""
    memory, window = state.memory, state.window
    memory.number += 1
    live = topic.new(memory.number, hit.unit, window.posts[hit.places[0]])
    for place in hit.places:
        topic.count(live, window.posts[place], window.units[place])
    if len(memory.live) >= LIVE:
        idle = min(memory.live, key=lambda one: (SEVERITIES.index(one.severity), one.struck_at, one.number))
        memory.live.remove(idle)
    memory.live.append(live)
    return live


def _places(state: State, live: Live) -> list[int]:
    """Return the places of a topic's posts in the window."""
    own = frozenset(live.units)
    return [place for place, units in enumerate(state.window.units) if not own.isdisjoint(units)]
