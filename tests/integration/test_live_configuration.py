"""A running worker follows the configuration, brand by brand, without a restart."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from alerts.incidents.model import decode_notification
from tests.support.installation import Installation, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.brokers import Broker

OFF = ", ".join(
    f"{name}: {{enabled: false}}" for name in ("volume_spike", "negative_spike", "negative_share", "topic_burst")
)


@pytest.fixture(scope="module")
def here(kafka: Broker) -> Iterator[Installation]:
    """Yield an installation with a running worker that watches one brand."""
    with Installation(kafka) as installation:
        assert apply(installation, brand("Norvask", 50)) == 0
        installation.worker("--notify", "console")
        wait_until(lambda: all(installation.ends(installation.topics.signals.name).values()), 60, "all is watched")
        yield installation


def brand(name: str, negative: int) -> str:
    """Return a brand in YAML that fires at so many negative mentions and at nothing else."""
    return f"  - name: {name}\n    detect: {{{OFF}, static_threshold: {{negative: {negative}}}}}\n"


def apply(here: Installation, *brands: str) -> int:
    """Apply a configuration; returns the exit code."""
    file = Path(here.path("brands.yaml"))
    file.write_text("brands:\n" + "".join(brands), encoding="utf-8")
    return here.command("config", "apply", str(file), "--yes").returncode


def start(here: Installation, *brands: str) -> None:
    """Apply a configuration and let the worker read it: it follows within a fraction of a second."""
    assert apply(here, *brands) == 0
    time.sleep(2)


def complain(here: Installation, name: str, count: int, first: int) -> None:
    """Send negative mentions of a brand, published now."""
    now = datetime.now(UTC).isoformat()
    lines = [
        {"id": f"{name}{first + number}", "text": f"{name} is a horrible, terrible disaster ({first + number})"}
        | {"channel": "forum", "published_at": now}
        for number in range(count)
    ]
    here.send([(0, "\n".join(map(json.dumps, lines)).encode(), None)])


def opened(here: Installation) -> list[str]:
    """Return the brands of which an incident was opened."""
    notes = [decode_notification(record.value or b"") for record in here.records(here.topics.notifications.name)]
    return [note.incident.brand for note in notes if note.reason == "opened"]


def total(here: Installation, name: str) -> int:
    """Return how many mentions of a brand are counted."""
    state = here.states().get(name)
    return 0 if state is None else state.totals.mentions


def test_a_lower_threshold_takes_effect_at_once(here: Installation) -> None:
    """Ten complaints do not fire at fifty; after the threshold is lowered to twelve, two more do."""
    start(here, brand("Brisela", 50))
    complain(here, "Brisela", 10, 0)
    wait_until(lambda: total(here, "Brisela") == 10, 30, "ten counted")
    assert "Brisela" not in opened(here)
    assert apply(here, brand("Brisela", 12)) == 0
    time.sleep(2)  # followed within a fraction of a second
    complain(here, "Brisela", 2, 10)
    wait_until(lambda: "Brisela" in opened(here), 30, "the incident")


def test_a_new_brand_is_watched_and_a_removed_one_is_not(here: Installation) -> None:
    """Brands come and go by the file; what is removed is forgotten and counted no more."""
    start(here, brand("Tarnworth", 50))
    complain(here, "Tarnworth", 3, 0)
    wait_until(lambda: total(here, "Tarnworth") == 3, 30, "Tarnworth counted")
    assert apply(here, brand("Oakmere", 5)) == 0
    time.sleep(2)  # followed within a fraction of a second
    complain(here, "Oakmere", 6, 0)
    complain(here, "Tarnworth", 60, 100)
    wait_until(lambda: "Oakmere" in opened(here), 30, "the incident of the new brand")
    assert "Tarnworth" not in here.states()


def test_a_bad_file_changes_nothing(here: Installation) -> None:
    """A file with an error is refused as a whole, and the worker goes on with what it has."""
    start(here, brand("Quillon", 50))
    assert apply(here, brand("Quillon", 2), brand("Oakmere", -1)) == 2
    complain(here, "Quillon", 10, 0)
    wait_until(lambda: total(here, "Quillon") == 10, 30, "ten counted")
    assert "Quillon" not in opened(here)
