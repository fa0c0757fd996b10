"""Is a burst of mentions an outcry: many people at once, in a dark tone?

At the end of a minute, over the last W minutes (W = `volume.fast`, `volume.window`), n mentions breach when at once

    n >= least    and    n + c >= over_peak * P    and    P(X >= n) <= tail

as in `detectors.volume`, but with a larger `over_peak`, and when besides

    mean compound <= -tone

The finding pages (`warning`) where a crowd speaks, at least the share `crowd` of the latest sampled mentions being by
different authors; else it is worth a look (`watch`). The mean compound, not the share of negative mentions: the first
news of an accident is told in sober words, each of which alone passes for neutral. A joke or a sponsorship is louder
than many a crisis, and bright.

Without history (before `learning.warm_up`) a brand has no usual. Then `least` mentions within COLD minutes breach, if
those of the last RECENT minutes are beyond what the minutes before them lead to expect: the quantile COLD_TAIL of the
Gamma-Poisson model with a prior of half a mention in PRIOR minutes. `expected` is then None.

Blind to: irony, which reads as bright; a storm under the usual daily peak. Cost: two sums a minute.
Reference: Gelman et al., Bayesian Data Analysis, 2.6 (the tail); the rule is our own, see docs/results.md.

>>> from detectors.rehearsal import raised, rehearse
>>> calm = {"negative": 4, "positive": 4, "neutral": 22}
>>> raised(rehearse(calm, {"negative": 120, "positive": 10, "neutral": 50}), "outcry")
'warning after 13 min at 31 mentions'
>>> raised(rehearse(calm, {"negative": 20, "positive": 120, "neutral": 50}), "outcry")
'silent'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace
from pydantic import Field

from detectors.buckets import COMPOUND, MENTIONS, Counts
from detectors.parameters import Switched
from detectors.rule import Detector, Finding, Room, View, known, minutes, room_below, tail
from detectors.tails import negative_binomial_quantile
from detectors.wording import Language, lead

if TYPE_CHECKING:
    from detectors.policy import Policy
    from detectors.signal import Signal


class Outcry(Switched):
    """Parameters of the outcry detector; its windows are those of `volume`."""

    least: int = Field(
        default=10, ge=1, le=1_000_000, description="Fewest mentions that can breach; larger fires later [mentions]"
    )
    over_peak: float = Field(
        default=1.75,
        ge=0.1,
        le=100,
        description="Multiple of the brand's own usual daily peak that breaches; larger fires later [ratio]",
    )
    tone: float = Field(
        default=0.2,
        ge=-1.0,
        le=1.0,
        description="How far below zero the mean compound must be; larger fires less [compound]",
    )
    crowd: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Least share of different authors among the latest mentions that pages; larger pages less [share]",
    )


LOOSE: Final = 0.02
"""An episode ends once its count is no rarer than this."""

COLD: Final = 20
RECENT: Final = 10
PRIOR: Final = 20
"""Minutes; see above. Of 247 streams begun at random instants, 2 % paged within their first twelve hours."""

COLD_TAIL: Final = 1e-4

_COLD_SPREAD: Final = 0.3
_SEEN_FOR: Final = 5
"""Minutes a new brand must have been seen before a burst can be told from its ordinary level."""

_TEN_THOUSANDTHS: Final = 10_000


class _Bar(NamedTuple):
    """What the mentions of a window are held against, the same for the whole hour."""

    window: int  # minutes
    expected: float | None
    breach: int  # mentions from which it is a burst
    calm: int  # below which a breach is over


def judge(view: View) -> Finding | None:
    """Return what the burst that goes on now says: the gravest of the windows, None where there is nothing to say."""
    if not view.usual.warm:
        return _cold(view)
    return max((_finding(view, bar) for bar in _bars(view)), key=_order)


def _bars(view: View) -> list[_Bar]:
    """Return the bars of this hour, worked out when they are first asked for."""
    if "outcry" not in view.memo:
        view.memo["outcry"] = _set(view)
    bars: list[_Bar] = view.memo["outcry"]
    return bars


def _set(view: View) -> list[_Bar]:
    own, usual = view.policy.outcry, view.usual
    bars = []
    for column, length in enumerate((minutes(view.policy.volume.fast), minutes(view.policy.volume.window))):
        over = usual.over_peak(column, length, view.policy.strictness * own.over_peak)
        count = max(own.least, over, usual.surprise(MENTIONS, length, tail(view.policy, length)))
        calm = min(count, max(own.least // 2, usual.surprise(MENTIONS, length, LOOSE)))
        bars.append(_Bar(length, usual.expected(MENTIONS, length), count, calm))
    return bars


def _order(found: Finding) -> tuple[bool, bool, float]:
    return found.severity is not None, found.lasting, found.observed / found.threshold


def _cold(view: View) -> Finding | None:
    """Judge a brand without history: a burst against what little was seen before it."""
    seen_for, before = view.seen_before(RECENT)
    if seen_for < _SEEN_FOR:
        return None
    found = _finding(view, _cold_bar(view))
    if found.severity is None:
        return found
    shape = before[MENTIONS] + 0.5
    mean = shape / (seen_for + PRIOR) * RECENT
    limit = negative_binomial_quantile(mean, 1 / shape + _COLD_SPREAD, COLD_TAIL)
    return found if view.window(RECENT)[MENTIONS] >= limit else replace(found, severity=None)


def _cold_bar(view: View) -> _Bar:
    least = view.policy.outcry.least
    return _Bar(COLD, None, least, least // 2)


def _tone(counts: Counts) -> float:
    """Return the mean compound, zero where nothing was in a language that is scored."""
    judged = known(counts)
    return counts[COMPOUND] / _TEN_THOUSANDTHS / judged if judged else 0.0


def _breached(view: View, bar: _Bar) -> bool:
    counts = view.window(bar.window)
    return counts[MENTIONS] >= bar.breach and known(counts) > 0 and _tone(counts) <= -view.policy.outcry.tone


def _finding(view: View, bar: _Bar) -> Finding:
    counts = view.window(bar.window)
    found, compound = float(counts[MENTIONS]), _tone(counts)
    lasting = found >= bar.calm
    crowd = view.crowd(bar.window) if lasting else 0.0
    return Finding(
        view.worth(view.policy.outcry.crowd, bar.window) if _breached(view, bar) else None,
        lasting=lasting,
        metric="mentions",
        window=bar.window,
        observed=found,
        expected=bar.expected,
        threshold=float(bar.breach),
        extra={"compound": compound, "crowd": crowd},
    )


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    told, compound = lead(signal, language), signal.evidence.extra["compound"]
    if language == "fr":
        return f"{told}, ton moyen {compound:+.2f}".replace(".", ",")
    return f"{told}, mean tone {compound:+.2f}"


def _enabled(policy: Policy) -> bool:
    return policy.outcry.enabled


def _dormant(view: View) -> bool:
    return not any(_breached(view, bar) for bar in (_bars(view) if view.usual.warm else [_cold_bar(view)]))


def _room(view: View) -> Room:
    lengths = (COLD, minutes(view.policy.volume.fast), minutes(view.policy.volume.window))
    few = room_below(view, MENTIONS, [(length, view.policy.outcry.least) for length in lengths])
    if few.left > 0:
        return few
    bars = _bars(view) if view.usual.warm else [_cold_bar(view)]
    return room_below(view, MENTIONS, [(bar.window, bar.breach) for bar in bars])


DETECTOR: Final = Detector("outcry", explain, _enabled, judge=judge, room=_room, dormant=_dormant)
