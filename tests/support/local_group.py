"""A `tocsin up` to drive: killed with all its processes at any moment, and what it found compared with a replay."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from alerts.incidents import state as cases
from alerts.incidents.model import Action, decode_notification, encode
from alerts.incidents.silences import Silence
from alerts.rendering.event_log import to_event
from config.brands.loader import load
from mentions.readers.files import read
from mentions.sentiment import Scorer
from replay.player.file_replay import FileReplay
from replay.player.policy_set import PolicySet
from streams.clock import wall_ms
from streams.exactly_once import fencing
from streams.kafka import clients
from tests.support.installation import ROOT, Installation, wait_until
from tests.support.mention_generator import BRANDS, MentionGenerator
from tests.support.ports import is_listening, pick_ports
from tests.support.processes import children

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from alerts.incidents.model import Notification

SILENCED: Final = "Norvask"
DAY_MS: Final = 86_400_000
SENDING: Final = "--as-of", "published"


class _Address(NamedTuple):
    """A broker that is somebody else's."""

    bootstrap: str

    def close(self) -> None:
        """Leave it alone."""


class LocalGroup:
    """`tocsin up` in a folder of its own, on ports of its own."""

    def __init__(self, folder: Path, brands: Path) -> None:
        self.folder = folder
        ports = pick_ports()
        self.broker, pages = next(ports), next(ports)
        self.here = Installation(_Address(f"127.0.0.1:{self.broker}"))
        self._command = [sys.executable, "-P", "-m", "tocsin", "up", "--config", str(brands)]
        self._command += ["--data", str(folder / "data"), "--clock", "arrival"]
        self._command += ["--broker-port", str(self.broker), "--port", str(pages)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns once its broker answers."""
        environment = {name: value for name, value in self.here.environment.items() if name != "TOCSIN_BROKERS"}
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        wait_until(lambda: is_listening(self.broker), 60, "the broker answers", every=0.05)

    def kill(self, chance: random.Random) -> None:
        """Kill all its processes, in any order."""
        assert self._process is not None
        group = [self._process.pid, *children(self._process.pid)]
        for pid in chance.sample(group, len(group)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """Stop it in order; return its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(240)

    def log(self) -> str:
        """Return its one log."""
        return (self.folder / "log").read_text(errors="replace")


@contextmanager
def running_group(folder: Path) -> Iterator[LocalGroup]:
    """Start a group with the brands of the generator, one of them silenced; stop it at the end."""
    brands = folder / "brands.yaml"
    brands.write_text("brands:\n" + "".join(f"  - name: {name}\n    slack_channel: '#a'\n" for name in BRANDS), "utf-8")
    group = LocalGroup(folder, brands)
    group.start()
    try:
        with group.here as here:
            _silence(here)
            yield group
    except BaseException:
        sys.stderr.write(group.log()[-8000:])
        raise
    finally:
        group.stop()


@dataclass
class GroupScenario:
    """A storm of mentions, sent while the group is killed again and again."""

    folder: Path
    kills: int
    calm: int = 3_000
    storm: int = 1_500
    speed: float = 0.0  # times real time; 0: as fast as the broker takes them
    life: tuple[float, float] = (1.0, 6.0)  # seconds from the start of a group to its end
    seed: int = 1
    mentions: list[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        """Write the mentions to a file."""
        calm = MentionGenerator(self.calm, seed=11, angry=0.1, repeated=0.0)
        storm = MentionGenerator(
            self.storm, seed=12, brands=BRANDS[:1], start=calm.end, span=calm.span / 3, angry=0.8, repeated=0.0
        )
        self.mentions = [*calm.mentions(), *storm.mentions()]
        self._file = self.folder / "storm.jsonl"
        self._file.write_text("\n".join(map(json.dumps, self.mentions)), "utf-8")

    def run(self) -> list[str]:
        """Send, kill, start again; return what differs from an uninterrupted run, nothing if all is as in one."""
        chance = random.Random(self.seed)
        with running_group(self.folder) as group:
            sender = self._sender(group)
            for _ in range(self.kills):
                time.sleep(chance.uniform(*self.life))
                group.kill(chance)
                group.start()
                if sender.poll() is not None and sender.returncode:
                    sender = self._sender(group)
            while sender.wait(480):
                sender = self._sender(group)
            here, count = group.here, len(self.mentions)
            wait_until(lambda: here.counted() >= count, 480, f"{count} mentions counted", every=1.0)
            wait_until(here.settled, 60, "all stages have committed all there is", every=0.5)
            return [*self._different_counts(here), *self._different_events(here), *_different_silences(here)]

    def _sender(self, group: LocalGroup) -> subprocess.Popen[bytes]:
        """Start a source of the mentions: what is not acknowledged to it, it sends again."""
        command = [sys.executable, "-P", "-m", "tocsin", "ingest", str(self._file), *SENDING]
        command += ["--speed", str(self.speed)] if self.speed else []
        return subprocess.Popen(command, cwd=ROOT, env=group.here.environment, stdin=subprocess.DEVNULL)

    def _different_counts(self, here: Installation) -> list[str]:
        states = here.states()
        wanted = {name: sum(one["brand"] == name for one in self.mentions) for name in BRANDS}
        found = {name: states[name].totals.mentions if name in states else 0 for name in BRANDS}
        return [f"{name}: {found[name]} counted of {wanted[name]}" for name in BRANDS if found[name] != wanted[name]]

    def _different_events(self, here: Installation) -> list[str]:
        policies = PolicySet.of(load(self.folder / "brands.yaml").brands)
        expected = {
            json.dumps(one, sort_keys=True) for one in FileReplay(policies, Scorer()).run(read(str(self._file)))
        }
        found = {json.dumps(one, sort_keys=True) for one in _events(here)}
        assert any('"opened"' in one for one in expected), "the storm opens no incident"
        return [*(f"only live: {one}" for one in found - expected), *(f"missing: {one}" for one in expected - found)]


def _events(here: Installation) -> list[dict[str, Any]]:
    """Return the events that the outbox holds; a notification sent twice is one."""
    notes: dict[tuple[str, int], Notification] = {}
    for record in here.records(here.topics.notifications.name):
        note = decode_notification(record.value or b"")
        notes.setdefault((note.incident.id, note.revision), note)
    before: dict[str, Any] = {}
    events = []
    for note in sorted(notes.values(), key=lambda one: (one.incident.opened_at, one.revision)):
        events.append(to_event(before.get(note.incident.brand), note))
        before[note.incident.brand] = note.incident
    return events


def _silence(here: Installation) -> None:
    """Silence a brand for a day, as `tocsin silence add` does."""
    now = wall_ms()
    action = Action("first", SILENCED, "silence", "ana", now, silence=Silence(now, now + DAY_MS, "ana"))
    with closing(clients.producer(here.connection)) as producer:
        producer.send(here.topics.actions.name, key=SILENCED.encode(), value=encode(action)).get(timeout=60)


def _different_silences(here: Installation) -> list[str]:
    stored = {record.key: record.value for record in here.records(here.topics.triage_state.name)}
    case = stored.get(SILENCED.encode())
    found = () if case is None else cases.decode(fencing.decode(case).payload).silences
    return [] if len(found) == 1 else [f"{SILENCED} has {len(found)} silences, not the one that was added"]
