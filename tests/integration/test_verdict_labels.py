"""Labels from the verdicts on the topics of a running installation."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from alerts.incidents.model import Action, encode
from replay.tuning.labels import read
from streams.kafka import clients
from tests.support.installation import Installation, wait_until
from tests.support.mention_generator import MentionGenerator

if TYPE_CHECKING:
    from tests.support.brokers import Broker

CALM = MentionGenerator(900, seed=31, brands=("Brisela", "Oakmere"), angry=0.1, repeated=0.0)
STORM = MentionGenerator(400, seed=32, brands=("Brisela",), start=CALM.end, angry=0.9, span=CALM.span / 6, repeated=0.0)


def test_a_verdict_in_the_topics_is_exported_with_its_reason(kafka: Broker) -> None:
    """A storm pages, somebody judges it: `tocsin labels export` prints the label with the reason."""
    with Installation(kafka) as here:
        here.worker("--defaults", "--clock", "arrival", "--notify", "console")
        lines = "\n".join(json.dumps(mention) for mention in [*CALM.mentions(), *STORM.mentions()])
        assert here.command("ingest", "-", "--as-of", "published", input=lines).returncode == 0
        wait_until(lambda: '"Brisela"' in here.command("incident", "list", "--json").stdout, 90, "an incident")
        _judge(here)
        wait_until(lambda: "kind: crisis" in here.command("labels", "export").stdout, 60, "a label", every=1.0)
        (label,) = read(here.command("labels", "export").stdout.encode())
        assert (label.brand, label.note) == ("Brisela", "the parcels")


def _judge(here: Installation) -> None:
    (found,) = map(json.loads, here.command("incident", "list", "--json").stdout.splitlines())
    at, incident = time.time_ns() // 10**6, found["incident"]
    judged = Action("v1", "Brisela", "verdict", "U1", at, incident, "the parcels", verdict="crisis")
    producer = clients.producer(here.connection)
    producer.send(here.topics.actions.name, key=b"Brisela", value=encode(judged)).get(timeout=10)
    producer.close()
