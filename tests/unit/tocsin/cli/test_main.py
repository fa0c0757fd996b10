"""Tests of the `tocsin` entry point: each outcome has its exit code and message, and no user error a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]


def tocsin(*arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would, with nothing of Tocsin's in the environment but what is given."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    return subprocess.run(
        [sys.executable, "-P", "-m", "tocsin", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=240,
        cwd=ROOT,
        env=clean | environ,
        check=False,
    )


def test_help_names_the_exit_codes_and_the_commands() -> None:
    """The first thing a stranger types answers what there is and how to script it."""
    done = tocsin("--help")
    assert done.returncode == 0
    for part in (
        "Exit codes:\n    0    done",
        "config ",
        "Check, compare and apply the brand configuration.",
        "tocsin demo",
    ):
        assert part in done.stdout


def test_without_arguments_there_is_help() -> None:
    """`tocsin` alone explains itself."""
    done = tocsin()
    assert "Usage: tocsin" in done.stdout + done.stderr


def test_help_loads_nothing_heavy() -> None:
    """Help is instant, as no command's machinery is loaded for it."""
    end = "except SystemExit: print(*sys.modules, file=sys.stderr)"
    program = f"import sys; from tocsin.cli.main import run\ntry: run()\n{end}"
    done = subprocess.run(
        [sys.executable, "-c", program, "--help"], capture_output=True, text=True, timeout=240, cwd=ROOT, check=True
    )
    loaded = set(done.stderr.split())
    assert "tocsin.cli.commands" in loaded
    assert not loaded & {"pydantic", "ruamel.yaml", "kafka", "faust", "numpy", "pandas", "rich", "aiohttp", "config"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["--nonsense"],
        ["config"],
        ["config", "nonsense"],
        ["config", "check", "--nonsense"],
        ["config", "apply"],
        ["config", "check", "/nowhere/brands.yaml"],
        ["config", "apply", "/nowhere/brands.yaml"],
        ["config", "apply", "tests/unit/config/broken/unknown_key.yaml"],
    ],
)
def test_what_is_asked_wrongly_is_2_and_explained_on_stderr(arguments: list[str]) -> None:
    """A typing error, a missing argument, a missing or wrong file: a message, no traceback."""
    done = tocsin(*arguments)
    assert done.returncode == 2
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_a_misspelt_command_is_guessed() -> None:
    """`tocsin cofnig` suggests config."""
    assert "config" in tocsin("cofnig").stderr


def test_every_error_of_a_wrong_file_is_reported_when_it_is_applied() -> None:
    """Applying reports as checking does, and does so before it looks for a broker."""
    done = tocsin("config", "apply", "tests/unit/config/broken/everything_at_once.yaml", TOCSIN_BROKERS="localhost:1")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) > 10
    assert "everything_at_once.yaml:29:5 brands[2].name: is missing: add it" in done.stderr
    assert "warning" not in done.stderr


def test_a_wrong_environment_is_2_and_names_the_variable() -> None:
    """A slip in a compose file is reported by the variable's name."""
    done = tocsin("config", "diff", "config/brands.yaml", TOCSIN_PARTITIONS="many")
    assert done.returncode == 2
    assert 'TOCSIN_PARTITIONS = "many": must be a whole number' in done.stderr


def test_a_broker_that_is_not_there_is_1_and_reported_with_its_address() -> None:
    """Kafka being down is no mistake of the arguments; a variable that nobody reads is warned about on the way."""
    done = tocsin("config", "diff", "config/brands.yaml", TOCSIN_BROKER="x", TOCSIN_BROKERS="localhost:1")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "localhost:1" in done.stderr
    assert "did you mean TOCSIN_BROKERS?" in done.stderr


def test_the_version_is_printed() -> None:
    """A bug report begins with it."""
    done = tocsin("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("tocsin")


def test_a_reader_that_has_gone_is_no_failure_worth_a_message() -> None:
    """`tocsin … | head -1` prints one line and is quiet."""
    shell = f"{sys.executable} -P -m tocsin config schema | head -1"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, timeout=240, cwd=ROOT, check=False)
    assert done.stdout == "{\n"
    assert done.stderr == ""


def test_an_interrupt_is_130_and_quiet(tmp_path: Path) -> None:
    """Ctrl-C in the middle of the work ends it without a traceback."""
    pipe = tmp_path / "brands.yaml"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "tocsin", "config", "apply", str(pipe)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        with pipe.open("w"):  # returns once the command reads, and keeps it waiting for more
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=240)
    finally:
        process.kill()
    assert process.returncode == 130
    assert err == ""


def test_text_that_the_terminal_cannot_encode_is_spelled_out() -> None:
    """An ASCII terminal gets escapes, not a UnicodeEncodeError, and JSON that is still JSON."""
    file = "tests/unit/config/broken/name_taken.yaml"
    told, data = (tocsin("config", "check", file, *more, PYTHONIOENCODING="ascii") for more in ([], ["--json"]))
    assert (told.returncode, data.returncode) == (1, 1)
    assert "SKYLARK RA\\xceL" in told.stdout
    assert json.loads(data.stdout)["problems"][0]["value"] == '"SKYLARK RAÎL"'
