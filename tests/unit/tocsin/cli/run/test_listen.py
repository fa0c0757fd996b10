"""`tocsin listen --http`: what keeps it from taking mentions is told in one line."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from tocsin.cli.run import listen
from tocsin.errors import CommandError, UsageError
from tocsin.listener.service import ListenerService

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return a file of brands without sources."""
    file = tmp_path / "brands.yaml"
    file.write_text("brands:\n  - name: Acme\n    keywords: [acme]\n")
    return file


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set nothing, and leave the logs of the tests as they are."""
    for name in ("TOCSIN_LISTEN_TOKEN", "TOCSIN_LISTEN_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("streams.lifecycle.log_to_stderr", lambda *_: None)


def run(config: Path) -> None:
    """Run the command on a port."""
    listen.command(config=config, http=18_390)


def test_without_a_secret_it_is_refused(config: Path) -> None:
    """Before anything is read."""
    with pytest.raises(UsageError, match="--http needs TOCSIN_LISTEN_TOKEN or TOCSIN_LISTEN_SECRET"):
        run(config)


def test_a_port_that_is_taken_is_named(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the option to change."""

    async def taken(*_: object) -> None:
        raise OSError(errno.EADDRINUSE, "Address already in use")

    monkeypatch.setenv("TOCSIN_LISTEN_TOKEN", "a-token-of-the-test")
    monkeypatch.setattr(ListenerService, "run", taken)
    with pytest.raises(CommandError, match=r"cannot listen on 127\.0\.0\.1:18390: .*in use: choose another --http"):
        run(config)
