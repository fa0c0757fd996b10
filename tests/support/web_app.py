"""Which pages do tests open? Those of the invented day, in this process, with a configuration file of their own."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, Final

from aiohttp.test_utils import TestClient, TestServer

from config.settings import Settings
from mentions.sentiment import Scorer
from tocsin.demo.scenarios.offline_run import mention_lines, read_config
from tocsin.web.server import build_application
from tocsin.web.sources.recording import RecordingDataSource, from_lines

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from aiohttp import web

    from config.brands.model import Brand
    from replay.tuning.labels import Label
    from streams.community.views import CommunityPort
    from streams.moderation.queue_view import ModerationQueue

    Client = TestClient[web.Request, web.Application]

UNTIL: Final = 1_773_152_400_000
"""2026-03-10 14:20 UTC: three brands have an incident, one of them critical."""

BRANDS: Final = """\
# The brands of a test.
brands:
  - name: Hallowfirth
    detect:
      volume_spike: {peak_ratio: 1.4}  # loud by nature
  - name: Pippinworth   # calm
  - name: Voltanelle
    language: fr
"""


@cache
def day() -> RecordingDataSource:
    """Return the invented day at its worst. Shared: a test that acts on it takes `fresh`."""
    return fresh()


def fresh() -> RecordingDataSource:
    """Return the same day, of the caller's own."""
    return from_lines(read_config().brands, mention_lines(), Scorer.with_brand_weights(None), UNTIL)


@cache
def _brands() -> tuple[Brand, ...]:
    return read_config().brands


@cache
def _scorer() -> Scorer:
    return Scorer.with_brand_weights(None)


def unheard() -> RecordingDataSource:
    """Return the brands of that day before their first mention, of the caller's own: made at once."""
    return from_lines(_brands(), (), _scorer())


@asynccontextmanager
async def web_client(
    world: RecordingDataSource,
    config: Path | None = None,
    labels: Sequence[Label] = (),
    clock: list[float] | None = None,
    moderation: ModerationQueue | None = None,
    community: CommunityPort | None = None,
    **settings: object,
) -> AsyncIterator[Client]:
    """Yield a browser without a screen at the pages of a world; `clock` holds the time in seconds."""
    now, given = [1_000.0] if clock is None else clock, Settings.model_validate(settings)
    app = build_application(world, given, config, labels, lambda: now[0], moderation=moderation, community=community)
    async with TestClient(TestServer(app)) as client:
        yield client


def hidden(page: str, name: str) -> str:
    """Return what a form of a page carries along."""
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    assert found is not None, f"no form has {name}"
    return found[1]
