"""The one log of several processes: whole lines, each with its process's name, to the end."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tocsin.cli.run.local.line_relay import LineRelay

if TYPE_CHECKING:
    import pytest

WRITES = """
import sys
print("an alert")
sys.stderr.buffer.write(b"a warning\\n\\nthe end, without a line break \\xe9")
"""


def test_each_line_begins_with_the_name(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output and standard error stay apart; empty lines and a last line without its end are passed on."""
    relay = LineRelay(["pages", "worker"])
    process = subprocess.Popen([sys.executable, "-c", WRITES], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    relay.follow("pages", process)
    process.wait()
    relay.finish()
    found = capsys.readouterr()
    assert found.out == "pages  │ an alert\n"
    lines = found.err.splitlines()
    assert lines[:2] == ["pages  │ a warning", "pages  │"]
    assert lines[2].startswith("pages  │ the end, without a line break")
