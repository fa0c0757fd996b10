"""Brand registry: which configuration was in force, and for which brand."""

from __future__ import annotations

import asyncio

import pytest

from config.brands.model import Brand
from detectors.static_threshold import StaticThreshold
from streams.views.brands import KEPT_REVISIONS, BrandRegistry


def brand(name: str, negative: int) -> Brand:
    """Return a brand with a limit of its own."""
    return Brand.model_validate({"name": name, "detect": {"static_threshold": {"negative": negative}}})


def limit(directory: BrandRegistry, revision: int) -> int | None:
    """Return Brisela's limit at a revision."""
    return directory.detection_policy("Brisela", revision, 0).policy.parameters(StaticThreshold).negative


@pytest.fixture
def directory() -> BrandRegistry:
    """Return a directory with three revisions of one brand."""
    found = BrandRegistry()
    for revision, negative in ((3, 10), (7, 20), (9, 30)):
        found.put(brand("Brisela", negative), revision)
    found.refresh()
    return found


def test_a_batch_is_judged_by_the_revision_it_names(directory: BrandRegistry) -> None:
    """Each revision has its own limits, so that a redelivered batch is judged as it was."""
    assert [limit(directory, revision) for revision in (3, 7, 9)] == [10, 20, 30]


def test_a_revision_that_is_gone_is_replaced_by_the_next(directory: BrandRegistry) -> None:
    """Compaction removes old revisions: the next later one serves, and the latest for what is later still."""
    assert limit(directory, 5) == 20
    assert limit(directory, 12) == 30


def test_only_the_latest_revisions_are_kept(directory: BrandRegistry) -> None:
    """Memory is bounded however often a brand is changed."""
    for revision in range(10, 10 + KEPT_REVISIONS):
        directory.put(brand("Brisela", revision), revision)
    assert limit(directory, 3) == 10


def test_a_change_takes_effect_with_the_refresh(directory: BrandRegistry) -> None:
    """Mentions are matched by the old brands or by the new ones, never by a mixture."""
    before = directory.watchlist
    directory.put(brand("Oakmere", 5), 10)
    assert directory.watchlist is before
    directory.refresh()
    assert directory.watchlist is not before
    assert directory.watches("Oakmere")


def test_a_removed_brand_is_watched_no_longer(directory: BrandRegistry) -> None:
    """What is removed has the built-in defaults, for what is still under way."""
    directory.remove("Brisela")
    directory.refresh()
    assert not directory.watches("Brisela")
    assert limit(directory, 9) is None


def test_with_defaults_every_brand_is_watched() -> None:
    """Without a configuration there is nothing to wait for."""
    directory = BrandRegistry(defaults=True)
    assert directory.watches("anything")
    asyncio.run(asyncio.wait_for(directory.loaded(), 1))


async def test_a_revision_not_yet_read_is_waited_for(directory: BrandRegistry) -> None:
    """A batch may name a configuration that this worker is about to read."""
    waiting = asyncio.create_task(directory.wait_for_revision("Brisela", 11))
    await asyncio.sleep(0)
    assert not waiting.done()
    directory.put(brand("Brisela", 40), 11)
    directory.refresh()
    await asyncio.wait_for(waiting, 1)
    assert limit(directory, 11) == 40
