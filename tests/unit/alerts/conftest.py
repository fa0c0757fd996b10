"""What do tests of the delivery share?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.delivery import OutboxHarness
from tocsin.demo.fake_slack.server import FakeSlack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.alerts import MemoryReceipts
    from tests.support.delivery import Desks


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    """Serve a fake Slack."""
    async with FakeSlack() as slack:
        yield slack


@pytest.fixture
async def desk(fake: FakeSlack) -> AsyncIterator[Desks]:
    """Make desks, and close them all."""
    made: list[OutboxHarness] = []

    def make(store: MemoryReceipts | None = None, **options: Any) -> OutboxHarness:
        made.append(OutboxHarness(fake, store, **options))
        return made[-1]

    yield make
    for one in made:
        await one.close()
