"""Does the alarm path beat? Canaries in, an outage out: it begins once, and ends once.

A partition is well while its latest canary that came through whole, with Slack's consent, was sent no longer than
`limit` ago; an outage ends once every partition has beaten again for as long. All in ms, by one process's wall clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from alerts.delivery.external_alert import Alarm
from alerts.rendering.text import say, span

if TYPE_CHECKING:
    from alerts.delivery.external_alert import Event
    from detectors.model.text import Language

STAGES: Final = ("score", "watch", "triage", "notify")

NAME: Final = "Tocsin"

_SEVERAL: Final = 3  # partitions that are listed by number


class Vein(msgspec.Struct, frozen=True):
    """What is known of one partition."""

    good: int  # when the latest canary that came through whole was sent
    passed: tuple[int, ...] = (0,) * len(STAGES)  # when the latest was sent that each stage passed on
    refused: str = ""  # what Slack had against the latest that came so far
    beaten: bool = False  # one came through whole


class Outage(msgspec.Struct, frozen=True):
    """A time in which alerts may not get through."""

    id: str
    since: int
    why: str


class Pulse(msgspec.Struct, frozen=True):
    """What is known of the path: each partition, since when all beat, and the outage at hand."""

    begun: int
    veins: dict[int, Vein] = {}
    unsent: str = ""  # why the latest canaries could not be sent
    beating_since: int | None = None
    outage: Outage | None = None

    @property
    def beats(self) -> bool:
        """Tell whether a canary came through on every partition, ever."""
        return bool(self.veins) and all(vein.beaten for vein in self.veins.values())


def met(pulse: Pulse, partitions: int, at: int) -> Pulse:
    """Return the pulse of that many partitions; one that is new has as long as if it had beaten just now."""
    fresh = {number: Vein(at - 1) for number in range(partitions) if number not in pulse.veins}
    return replace(pulse, veins=pulse.veins | fresh) if fresh else pulse


def sent(pulse: Pulse, unsent: str = "") -> Pulse:
    """Return the pulse after canaries were sent to all partitions, or could not be: `unsent` says why."""
    return replace(pulse, unsent=unsent)


def woken(pulse: Pulse, at: int) -> Pulse:
    """Return the pulse of a process that was itself held up: it has not listened, so nobody is late yet."""
    veins = {number: replace(vein, good=max(vein.good, at - 1)) for number, vein in pulse.veins.items()}
    return replace(pulse, begun=max(pulse.begun, at - 1), veins=veins, beating_since=None)


def heard(pulse: Pulse, partition: int, sent_at: int, stage: str, refused: str = "") -> Pulse:
    """Return the pulse after a stage passed a canary on; what is known already changes nothing."""
    vein = pulse.veins.get(partition)
    if vein is None or stage not in STAGES:
        return pulse
    number = STAGES.index(stage)
    if stage == STAGES[-1]:
        if not refused:
            vein = replace(vein, good=max(vein.good, sent_at), beaten=True)
        if sent_at >= vein.passed[number]:
            vein = replace(vein, refused=refused)
    passed = tuple(max(at, sent_at) if place == number else at for place, at in enumerate(vein.passed))
    return replace(pulse, veins=pulse.veins | {partition: replace(vein, passed=passed)})


def step(pulse: Pulse, at: int, limit: int, language: Language = "en") -> tuple[Pulse, Outage | None]:
    """Return the pulse at an instant, and the outage that has begun, or ended: then the pulse has none."""
    why = trouble(pulse, at, limit, language)
    since = (at if pulse.beating_since is None else pulse.beating_since) if pulse.beats and not why else None
    pulse, outage = replace(pulse, beating_since=since), pulse.outage
    if outage is None and why:
        begun = Outage(f"heartbeat-{at}", at, why)
        return replace(pulse, outage=begun), begun
    if outage is not None and since is not None and at - since >= limit:
        return replace(pulse, outage=None), outage
    return pulse, None


def trouble(pulse: Pulse, at: int, limit: int, language: Language = "en") -> str:
    """Return what keeps alerts from getting through, in one line; "" while all is well."""
    ill = {number: vein for number, vein in pulse.veins.items() if at - vein.good > limit}
    if not pulse.veins:
        late = pulse.unsent and at - pulse.begun > limit
        return say(language, "pulse_unreachable", why=pulse.unsent) if late else ""
    if not ill:
        return ""
    if pulse.unsent:
        return say(language, "pulse_unsent", why=pulse.unsent)
    refused = sorted({vein.refused for vein in ill.values() if vein.refused and at - vein.passed[-1] <= limit})
    if refused:
        return say(language, "pulse_refused", why="; ".join(refused))
    what = say(language, "pulse_stage", stage=_idle(ill, at, limit))
    if len(ill) == len(pulse.veins):
        return say(language, "pulse_everywhere", what=what)
    return say(language, "pulse_somewhere", count=len(ill), of=len(pulse.veins), numbers=_numbers(ill), what=what)


def alarm(outage: Outage, event: Event, at: int, name: str = NAME, language: Language = "en") -> Alarm:
    """Return what is said outside Slack of an outage that begins or ends at an instant in the installation `name`."""
    begins = say(language, "pulse_lost", name=name, why=outage.why)
    ends = say(language, "pulse_back", name=name, span=span(at - outage.since, language))
    return Alarm(
        incident=outage.id,
        revision=1 if event == "trigger" else 2,
        event=event,
        brand=name,
        severity="critical",
        detectors=("heartbeat",),
        text=begins if event == "trigger" else ends,
        opened_at=outage.since,
        at=at,
    )


def drill(event: Event, at: int, language: Language = "en") -> Alarm:
    """Return what is said outside Slack of a drill that begins at an instant, or is over."""
    text = say(language, "pulse_drill")
    if event == "resolve":
        text = say(language, "pulse_drill_over", drill=text)
    return replace(alarm(Outage(f"drill-{at}", at, ""), event, at), text=text)


def lag(pulse: Pulse, at: int) -> int | None:
    """Return how long ago (ms) the oldest of the partitions' latest good canaries was sent; None before the first."""
    return max((at - vein.good for vein in pulse.veins.values()), default=None)


def _numbers(ill: dict[int, Vein]) -> str:
    return ", ".join([*map(str, sorted(ill)[:_SEVERAL]), *(["…"] if len(ill) > _SEVERAL else [])])


def _idle(ill: dict[int, Vein], at: int, limit: int) -> str:
    """Return which stage is the first that passes nothing on."""
    idle = (place for place in range(len(STAGES)) if any(at - vein.passed[place] > limit for vein in ill.values()))
    return STAGES[next(idle, len(STAGES) - 1)]
