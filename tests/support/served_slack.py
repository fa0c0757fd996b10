"""The fake Slack in a thread of the test, for worker processes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tocsin.demo.fake_slack.server import FakeSlack
from tocsin.demo.fake_slack.serving import environment, serve_in_background

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["environment", "served_slack"]


@contextmanager
def served_slack(**settings: Any) -> Iterator[FakeSlack]:
    """Serve a fake Slack until the block ends; its fields may be read and set from the test's thread."""
    with serve_in_background(FakeSlack(**settings)) as running:
        yield running.slack
