"""How does a worker process meet the stand-in for Slack? Served from a thread of the test."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.support.fake_slack import TOKEN, FakeSlack

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def served_slack(**settings: Any) -> Iterator[FakeSlack]:
    """Serve a stand-in until the block ends; its fields may be read and set from the test's thread."""
    slack, loop = FakeSlack(**settings), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(slack.start(), loop).result(10)
    try:
        yield slack
    finally:
        asyncio.run_coroutine_threadsafe(slack.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def environment(slack: FakeSlack) -> dict[str, str]:
    """Return what a worker needs to take the stand-in for Slack."""
    return {"TOCSIN_SLACK_TOKEN": TOKEN, "TOCSIN_SLACK_URL": slack.url}
