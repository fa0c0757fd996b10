"""The fake Slack in a thread, for code without an event loop."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tocsin.demo.fake_slack.server import APP_TOKEN, TOKEN

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from tocsin.demo.fake_slack.server import FakeSlack


class BackgroundServer:
    """A fake Slack on its own event loop; its fields may be read and set from the caller's thread."""

    def __init__(self, slack: FakeSlack, port: int = 0) -> None:
        self.slack, self._loop = slack, asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.run(slack.start(port))

    def run(self, work: Coroutine[Any, Any, Any], patience: float = 10) -> Any:
        """Run a coroutine on the fake Slack's event loop; return its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(patience)

    def close(self) -> None:
        """Stop the server."""
        self.run(self.slack.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@contextmanager
def serve_in_background(slack: FakeSlack, port: int = 0) -> Iterator[BackgroundServer]:
    """Serve a fake Slack until the block ends."""
    running = BackgroundServer(slack, port)
    try:
        yield running
    finally:
        running.close()


def environment(slack: FakeSlack, *, buttons: bool = False) -> dict[str, str]:
    """Return the environment with which a worker, and with `buttons` the Slack app, uses the fake Slack."""
    app = {"TOCSIN_SLACK_APP_TOKEN": APP_TOKEN} if buttons else {}
    return {"TOCSIN_SLACK_TOKEN": TOKEN, "TOCSIN_SLACK_URL": slack.url} | app
