"""`tocsin init` writes a valid file, with the sources that work and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from typer import Typer
from typer.testing import CliRunner

from config.brands.loader import load
from tests.support.growing_forum import BRAND, GrowingForum, served
from tocsin.cli.run.init import command
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

APP = Typer()
APP.command()(command)


def run(output: Path, *arguments: str) -> Any:
    """Run `tocsin init` without a terminal and without public networks."""
    common = ("--output", str(output), "--no-networks", "--private")
    return CliRunner().invoke(APP, ["--brand", BRAND, "--channel", "#alerts", *common, *arguments])


def test_what_works_is_written_and_shown(tmp_path: Path) -> None:
    """A feed that answers is listed; one that does not is left out, and told; the day's mentions are shown."""
    path = tmp_path / "new" / "brands.yaml"
    with served(GrowingForum(30, pace=0.0001)) as url:
        found = run(path, "--site", f"{url}/feed.xml", "--site", "http://127.0.0.1:9/", "--on-call", "U024BE7LH")
    assert found.exit_code == 0, found.output
    (brand,) = load(path).brands
    assert (brand.name, brand.slack_channel, brand.on_call) == (BRAND, "#alerts", ("U024BE7LH",))
    assert [source.url for source in brand.sources] == [f"{url}/feed.xml"]
    assert f"forum: {BRAND} lost parcel" in found.stdout
    assert f"tocsin config apply {path}" in found.stdout
    assert "without a source" not in found.stdout


def test_without_sites_a_brand_stands_alone(tmp_path: Path) -> None:
    """Sources are no condition: mentions may come another way."""
    path = tmp_path / "brands.yaml"
    done = run(path, "--keyword", '"Brisela OR not"', "--keyword", "bris*")
    assert done.exit_code == 0
    assert "without a source" in done.stdout
    (brand,) = load(path).brands
    assert brand.keywords == ('"Brisela OR not"', "bris*")
    assert brand.sources == ()


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    """A file that exists stays as it is unless the user forces it."""
    path = tmp_path / "brands.yaml"
    path.write_text("mine", "utf-8")
    refused = run(path)
    assert isinstance(refused.exception, UsageError)
    assert path.read_text("utf-8") == "mine"
    assert run(path, "--force").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--channel", "No Channel"), "slack_channel"),
        (("--timezone", "Mars"), "timezone"),
        (("--language", "it"), "language"),
    ],
)
def test_a_wrong_answer_is_named_and_nothing_written(tmp_path: Path, arguments: tuple[str, str], reason: str) -> None:
    """What no brand can have is an error that names the key; no file is left behind."""
    path = tmp_path / "brands.yaml"
    found = run(path, *arguments)
    assert isinstance(found.exception, CommandError)
    assert reason in str(found.exception)
    assert not path.exists()


def test_without_a_terminal_a_missing_answer_names_itself(tmp_path: Path) -> None:
    """Without a terminal a missing answer names itself."""
    found = CliRunner().invoke(APP, ["--output", str(tmp_path / "brands.yaml")])
    assert isinstance(found.exception, UsageError)
    assert "Brand" in str(found.exception)
