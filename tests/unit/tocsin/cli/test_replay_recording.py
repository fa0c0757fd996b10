"""Does `tocsin replay` tell of a recording what was told live, what Slack showed, and what other rules would change?"""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from alerts.incidents.model import Action
from streams.recording.format import write
from tests.support.recordings import UNTIL, entries, header, mentions

ROOT = Path(__file__).parents[4]
ACK = Action("a1", "Brisela", "ack", "U0000001", UNTIL + 90_000)
OFF = "{enabled: false}"
DISABLED = ", ".join(
    f"{name}: {OFF}"
    for name in (
        "volume_spike",
        "negative_burst",
        "negative_spike",
        "negative_share",
        "sentiment_drift",
        "high_reach",
        "abuse",
        "topic_burst",
    )
)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a recorded storm that was acknowledged."""
    path = tmp_path_factory.mktemp("recorded") / "storm.tocsin"
    write(path, header(), entries(mentions(), [ACK]))
    return str(path)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the same mentions as a file."""
    path = tmp_path_factory.mktemp("plain") / "storm.jsonl"
    path.write_text("\n".join(map(json.dumps, mentions())), encoding="utf-8")
    return str(path)


def replay(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, "-P", "-m", "tocsin", "replay", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def records(*arguments: str) -> list[Any]:
    """Return what the command prints as JSON."""
    done = replay(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_recording_brings_rules_and_actions(recording: str) -> None:
    """Without any option the recorded configuration and acknowledgement are replayed, with its scores or new ones."""
    events = records(recording)
    assert events[0]["event"] == "opened"
    assert "acknowledged" in {event["reason"] for event in events}
    assert records(recording, "--rescore") == events


def test_slack_requests_are_printed_whole(recording: str) -> None:
    """Each request has its method, place and payload, and standard output holds nothing else."""
    first, *rest = records(recording, "--slack")
    assert first["method"] == "chat.postMessage"
    assert first["payload"]["blocks"]
    assert first["payload"]["metadata"]["event_payload"]["incident"] == first["incident"]
    assert {"chat.update", "chat.postMessage"} <= {one["method"] for one in rest}
    assert any("thread" in one for one in rest)


def test_files_show_what_slack_gets_too(plain: str) -> None:
    """A file has no actions, but every incident its message."""
    assert records(plain, "--defaults", "--slack")[0]["method"] == "chat.postMessage"


def test_a_comparison_names_what_is_lost(recording: str, plain: str, tmp_path: Path) -> None:
    """A configuration whose detectors are off loses the incident, with its page, in each of the forms."""
    other = tmp_path / "other.yaml"
    other.write_text(f"brands:\n  - name: Brisela\n    detect: {{{DISABLED}}}\n  - name: Oakmere\n", encoding="utf-8")
    (found,) = records(recording, "--compare-to", str(other))
    assert found["lost"] == 1
    assert (found["pages_before"], found["pages_after"]) == (1, 0)
    assert records(plain, "--defaults", "--compare-to", str(other))[0]["lost"] == 1
    text = replay(recording, "--compare-to", str(other)).stdout
    assert "Brisela  warning  not found any more, 1 page fewer" in text
    markdown = replay(recording, "--compare-to", str(other), "--markdown").stdout
    assert "| lost | Brisela |" in markdown


def test_the_same_rules_change_nothing(recording: str, tmp_path: Path) -> None:
    """A recording against the configuration it holds differs in nothing."""
    same = tmp_path / "same.yaml"
    same.write_text("brands:\n  - name: Brisela\n  - name: Oakmere\n", encoding="utf-8")
    text = replay(recording, "--compare-to", str(same)).stdout
    assert text.startswith("1 found at the same instant; 1 page instead of 1.")


def test_watching_live_draws_cards(recording: str) -> None:
    """At a speed the cards are drawn as in a terminal, in much less than the time it took."""
    done = replay(recording, "--speed", "10000x")
    assert done.returncode == 0, done.stderr
    assert "Brisela" in done.stdout
    assert "╭" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--speed", "fast"), "such as 60x"),
        (("--sort",), "in its own order"),
        (("--map", "text=body"), "in its own order"),
        (("--via-kafka",), "a recording is what Kafka and the workers did already"),
        (("--config", "missing.yaml"), "no such file"),
    ],
)
def test_misuse_is_reported(recording: str, arguments: tuple[str, ...], message: str) -> None:
    """What cannot work is refused with exit code 2 and what to do."""
    done = replay(recording, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_standard_input_cannot_be_read_twice() -> None:
    """A comparison needs a file."""
    done = replay("-", "--defaults", "--compare-to", "tocsin/demo/scenarios/brands.yaml")
    assert done.returncode == 2
    assert "name a file" in done.stderr


def test_a_truncated_recording_ends_with_code_2(recording: str, tmp_path: Path) -> None:
    """What was told before the cut may be printed, but the end is an error that names the place."""
    path = tmp_path / "cut.tocsin"
    path.write_bytes(Path(recording).read_bytes()[:-200])
    done = replay(str(path))
    assert done.returncode == 2
    assert "truncated" in done.stderr


def test_a_bar_in_the_terminal_takes_nothing_from_a_file(recording: str, tmp_path: Path) -> None:
    """With standard error on a terminal and standard output in a file, the events are in the file, the bar is not."""
    terminal, side = pty.openpty()
    out = tmp_path / "events.jsonl"
    with out.open("wb") as file:
        command = [sys.executable, "-P", "-m", "tocsin", "replay", recording, "--json"]
        done = subprocess.run(command, cwd=ROOT, stdout=file, stderr=side, check=False, timeout=240)
    os.close(side)
    os.close(terminal)
    assert done.returncode == 0
    events = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert events == records(recording)
