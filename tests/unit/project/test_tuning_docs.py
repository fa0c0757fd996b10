"""Do the examples of docs/tuning.md work as written?"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from config.brands.loader import load
from replay.tuning.labels import check, read

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "tuning.md").read_text(encoding="utf-8")
CLI = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]


def test_the_labels_shown_are_valid_ones() -> None:
    """The example file is read, and its brands are those of the configuration that ships."""
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    labels = read(block.encode())
    assert [label.kind for label in labels] == ["crisis", "planned"]
    assert check(labels, load(ROOT / "config" / "brands.yaml").by_name()) == []


@pytest.mark.parametrize("line", COMMANDS)
def test_each_command_shown_exists_with_its_options(line: str) -> None:
    """No example names a command or an option that the command line does not have."""
    words = shlex.split(line.split(">", maxsplit=1)[0])
    assert words[0] == "tocsin"
    assert f"tocsin {words[1]}" in CLI
    assert all(option in CLI for option in words if option.startswith("--"))
