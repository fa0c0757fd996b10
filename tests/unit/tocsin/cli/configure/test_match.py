"""`tocsin config match` shows what matches, by what, and what nearly does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from tocsin.cli.configure.config import app
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

BRANDS = """
brands:
  - {name: Hallowfirth, slack_channel: "#h"}
  - {name: Orange, context: [panne], slack_channel: "#o"}
"""


@pytest.fixture
def config(tmp_path: Path) -> str:
    """Return the path of the brands."""
    path = tmp_path / "brands.yaml"
    path.write_text(BRANDS, "utf-8")
    return str(path)


def test_each_text_comes_with_its_brands(config: str) -> None:
    """One line a text, below it each brand with its words, or why it is not its; hostile text is spelled out."""
    lines = '#BoycottHallowfirth\n{"text": "Orange en panne"}\nan orange sunset\n\n\x1b[2Jnobody\n'
    found = CliRunner().invoke(app, ["match", "-", "--config", config], input=lines)
    assert found.exit_code == 0
    assert found.stdout.splitlines() == [
        "#BoycottHallowfirth",
        "  Hallowfirth: “hallowfirth”",
        "Orange en panne",
        "  Orange: “orange”",
        "an orange sunset",
        "  not Orange: none of its context is there (found “orange”)",
        "\\x1b[2Jnobody",
        "  nobody's",
    ]
    assert found.stderr.endswith("4 texts, 2 about a brand\n")


def test_as_json(config: str, tmp_path: Path) -> None:
    """With --json one object a text, from a file too."""
    (tmp_path / "texts.txt").write_text("Hallowfirth is late\n", "utf-8")
    found = CliRunner().invoke(app, ["match", str(tmp_path / "texts.txt"), "--config", config, "--json"])
    assert json.loads(found.stdout) == {
        "text": "Hallowfirth is late",
        "brands": [{"brand": "Hallowfirth", "matched": True, "found": ["hallowfirth"], "reason": ""}],
    }


@pytest.mark.parametrize("arguments", [["nowhere.txt"], ["-", "--config", "nowhere.yaml"]])
def test_what_is_not_there_is_named(arguments: list[str], config: str) -> None:
    """A missing file is an error of usage that names it."""
    extra = [] if "--config" in arguments else ["--config", config]
    found = CliRunner().invoke(app, ["match", *arguments, *extra])
    assert isinstance(found.exception, UsageError)
    assert "nowhere" in str(found.exception)
