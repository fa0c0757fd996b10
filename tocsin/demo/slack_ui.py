"""Where does the demo's audience look with `--slack-ui`? A workspace in the stand-in for Slack, on a page."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from tocsin.cli.errors import UsageError
from tocsin.demo.fake_slack.page import Page
from tocsin.demo.fake_slack.server import FakeSlack
from tocsin.demo.fake_slack.serving import environment, served

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.brands.model import Config

USERS: Final = {"U0MIRA": "Mira Holt", "U0JONAS": "Jonas Brandt", "U0CELIA": "Célia Roux"}
"""Invented."""

VIEWER: Final = "U0MIRA"
GROUP: Final = "S0ONCALL"
"""Who is on call in the demo's configuration."""


class DemoWorkspace:
    """The stand-in with the demo's channels and people, and its page."""

    def __init__(self, config: Config) -> None:
        names = dict.fromkeys((brand.slack_channel or "").removeprefix("#") for brand in config.brands)
        channels = {f"C{number:07d}": name for number, name in enumerate(names, 1)}
        self.slack = FakeSlack(channels=channels, groups={GROUP: [*USERS]}, users=dict(USERS), pace=1.0)
        self._page = Page(self.slack, VIEWER, "Lanternfield", {GROUP: "on-call"})
        self.slack.routes += self._page.routes()

    @property
    def address(self) -> str:
        """Return the address of the page."""
        return f"{self.slack.address}/"

    @property
    def environment(self) -> Mapping[str, str]:
        """Return what the worker and the app need to take it for Slack."""
        return environment(self.slack, buttons=True)

    def is_viewed(self) -> bool:
        """Tell whether the page is open somewhere."""
        return self._page.viewers > 0


@contextmanager
def open_workspace(config: Config, port: int) -> Iterator[DemoWorkspace]:
    """Serve a workspace until the block ends.

    Raises:
        Misuse: the port is taken.
    """
    workspace = DemoWorkspace(config)
    with ExitStack() as stack:
        try:
            stack.enter_context(served(workspace.slack, port))
        except OSError as error:
            raise UsageError(f"port {port} cannot be used ({error.strerror}): choose another with --port") from error
        yield workspace
