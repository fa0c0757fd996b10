"""Stopped sources: an incident of its own kind, that pages nobody who does not want it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from msgspec.structs import replace

from alerts.incidents import router
from alerts.incidents.model import SOURCE_STOPPED
from alerts.incidents.policy import Policy
from alerts.rendering.card import build_card
from alerts.rendering.route import Route
from detectors.model.signal import Watermark
from streams.agents import stopped_sources
from streams.agents.stopped_sources import GRACE, REPEAT, StoppedSources, stopped_signal
from streams.kafka.partitioning import partition_of
from streams.kafka.topics import Topics
from streams.listening.health import SourceHealth, coverage
from streams.listening.health_view import SourceHealthView
from streams.stages import group_routing
from tests.support.alerts import signal

if TYPE_CHECKING:
    from alerts.incidents.model import Incident, Notification
    from alerts.incidents.state import TriageState

MINUTE = 60_000
NOW = 1_795_867_200_000
SILENT = SourceHealth(
    "mastodon https://s.example a", ["Acme"], "silent", at=NOW, last_news=NOW - 40 * MINUTE, usual_gap=180.0
)
FAILING = SourceHealth("feed b", ["Acme", "Brio"], "failing", "answers 500", NOW, last_success=NOW - 50 * MINUTE)
ACTIVE = SourceHealth("feed c", ["Acme"], "active", at=NOW, last_success=NOW)


class _Rules:
    def __init__(self, **changes: Any) -> None:
        self._policy = Policy.model_validate(changes)

    def alert_policy(self, _: str) -> Policy:
        return self._policy

    def group_members(self, _: str) -> tuple[str, tuple[str, ...]]:
        return "", ()


def opened(found: Any, rules: _Rules) -> tuple[dict[str, TriageState], list[Notification]]:
    """Return the states after a signal, and what is told."""
    changed, told = router.route({}, found, rules)
    return {router.state_key(state.brand, state.kind): state for state in changed}, told


def test_the_one_stopped_for_longest_is_named_and_the_others_are_counted() -> None:
    """Of the brand's own sources."""
    found = stopped_signal("Acme", [SILENT, FAILING, ACTIVE], NOW)
    assert found is not None
    assert (found.contributors.channels, found.evidence.extra) == ((("feed b", 0),), {"sources": 2.0})
    assert (found.detector, found.severity, found.evidence.observed) == (SOURCE_STOPPED, "info", 50.0)
    assert stopped_signal("Nobody", [SILENT, FAILING, ACTIVE], NOW) is None
    assert stopped_signal("Acme", [ACTIVE, replace(FAILING, severity="off")], NOW) is None


@pytest.mark.parametrize(
    ("health", "expected"),
    [
        (replace(FAILING, last_success=NOW - GRACE + 1), False),
        (replace(FAILING, last_success=0, asked_since=NOW - GRACE), True),
        (replace(ACTIVE, at=NOW - GRACE).seen_at(NOW), True),
        (replace(ACTIVE, at=NOW - GRACE + 1).seen_at(NOW), False),
        (replace(ACTIVE, state="starting", asked_since=1), False),
        (replace(FAILING, state="resting", last_success=1), False),
    ],
)
def test_what_comes_back_soon_is_no_incident(health: SourceHealth, *, expected: bool) -> None:
    """A source that fails for a while, a listener that is started again."""
    assert stopped_sources.is_stopped(health, NOW) == expected


def test_it_is_an_incident_of_its_own_kind_that_pages_nobody_unless_asked() -> None:
    """Beside the brand's crisis, said by two workers once, over when the source is heard again."""
    found = stopped_signal("Acme", [SILENT, FAILING], NOW)
    assert found is not None
    states, (told,) = opened(found, _Rules())
    assert (told.incident.kind, told.page, told.incident.severity) == ("source", False, "info")
    assert told.incident.id.endswith("-source")
    assert router.route(states, found, _Rules())[1] == []
    later = stopped_signal("Acme", [SILENT, FAILING], NOW + REPEAT)
    assert later is not None
    assert later.id == found.id
    changed, _ = router.route(states, later, _Rules())
    assert changed[0].incident is not None
    assert changed[0].incident.id == told.incident.id
    crisis = router.route(states, replace(signal(brand="Acme"), at=NOW), _Rules())[1][0]
    assert (crisis.incident.kind, crisis.incident.id == told.incident.id) == ("", False)
    asked = stopped_signal("Acme", [replace(FAILING, severity="warning")], NOW)
    assert opened(asked, _Rules())[1][0].page
    assert not opened(asked, _Rules(page_from="critical"))[1][0].page


def incident() -> Incident:
    """Return an incident about two sources."""
    return opened(stopped_signal("Acme", [SILENT, FAILING], NOW), _Rules())[1][0].incident


def test_the_card_says_which_source_since_when_and_why() -> None:
    """And asks for no verdict; every card says which sources are heard."""
    line = coverage([SILENT, FAILING, ACTIVE], NOW)
    card = build_card(incident(), Route("#a", buttons=True, sources=line), page=False)
    assert "feed b not heard for 50 min (+1)" in card.headline
    assert ["".join(span.text for span in one) for one in card.examples] == ["answers 500"]
    assert line in {"".join(span.text for span in note) for note in card.notes}
    assert coverage([SILENT, ACTIVE], NOW, "fr") == (
        "1 source active sur 2 ; mastodon https://s.example a: silencieuse depuis 40 min, d’habitude toutes les 3 min"
    )


class _App:
    rebalancing = False

    def __init__(self, *partitions: int) -> None:
        self.consumer = self
        self._partitions = partitions

    def assignment(self) -> set[Any]:
        """Return what the worker owns."""
        return {type("TP", (), {"topic": "signals", "partition": number})() for number in self._partitions}


class _Sender:
    def __init__(self) -> None:
        self.sent: list[tuple[str, int | None, Any]] = []

    async def send(self, topic: str, key: bytes | None, value: bytes | None, partition: int | None = None) -> Any:
        """Note a record; what is returned ends at once."""
        assert key is not None
        self.sent.append((topic, partition, group_routing.decode(value or b"")))

        async def acknowledged() -> None: ...

        return acknowledged()


class _Brands:
    def watches(self, name: str) -> bool:
        """Tell whether the brand is watched."""
        return name != "Gone"

    def brand(self, _: str) -> Any:
        """Return a brand."""
        return type("Brand", (), {"language": "fr"})


async def test_the_worker_that_owns_a_brand_tells_of_its_sources() -> None:
    """The others do not, nor does anyone of a brand that is watched no longer."""
    sent = {}
    for number in range(4):
        sender = _Sender()
        given: list[Any] = [_App(number), Topics(), None, sender, _Brands(), 4]
        one = StoppedSources(*given)
        one.view = SourceHealthView()
        for health in (SILENT, FAILING, ACTIVE, replace(FAILING, source="d", brands=["Gone"])):
            one.view.apply(health.source.encode(), msgspec.json.encode(health))
        await one.tell(NOW)
        sent[number] = [(place, found.brand) for _, place, found in sender.sent if not isinstance(found, Watermark)]
    told = [pair for pairs in sent.values() for pair in pairs]
    assert sorted(told, key=lambda pair: pair[1]) == [
        (partition_of(brand.encode(), 4), brand) for brand in ("Acme", "Brio")
    ]
    assert all(place == number for number, pairs in sent.items() for place, _ in pairs)
