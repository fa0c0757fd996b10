"""The workspace of `tocsin demo --slack-ui`: a fake Slack with the demo's channels and users, and its web page."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from tocsin.demo.fake_slack.page import SlackPage
from tocsin.demo.fake_slack.server import FakeSlack
from tocsin.demo.fake_slack.serving import environment, serve_in_background
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.brands.model import Config

USERS: Final = {"U0MIRA": "Mira Holt", "U0JONAS": "Jonas Brandt", "U0CELIA": "Célia Roux"}
"""Invented."""

VIEWER: Final = "U0MIRA"
GROUP: Final = "S0ONCALL"
"""The user group that is on call in the demo's configuration."""


class DemoWorkspace:
    """The fake Slack with the demo's channels and users, and its page."""

    def __init__(self, config: Config) -> None:
        names = dict.fromkeys((brand.slack_channel or "").removeprefix("#") for brand in config.brands)
        channels = {f"C{number:07d}": name for number, name in enumerate(names, 1)}
        self.slack = FakeSlack(channels=channels, groups={GROUP: [*USERS]}, users=dict(USERS), min_interval=1.0)
        self._page = SlackPage(self.slack, VIEWER, "Lanternfield", {GROUP: "on-call"})
        self.slack.routes += self._page.routes()

    @property
    def address(self) -> str:
        """Return the address of the page."""
        return f"{self.slack.address}/"

    @property
    def environment(self) -> Mapping[str, str]:
        """Return the environment variables with which worker and app use it as Slack."""
        return environment(self.slack, buttons=True)

    def is_viewed(self) -> bool:
        """Return whether the page is open in a browser."""
        return self._page.viewers > 0


@contextmanager
def open_workspace(config: Config, port: int) -> Iterator[DemoWorkspace]:
    """Serve a workspace until the block ends.

    Raises:
        UsageError: the port is taken.
    """
    workspace = DemoWorkspace(config)
    with ExitStack() as stack:
        try:
            stack.enter_context(serve_in_background(workspace.slack, port))
        except OSError as error:
            raise UsageError(f"port {port} cannot be used ({error.strerror}): choose another with --port") from error
        yield workspace
