"""The pages on a real broker: they show what the topics hold, and actions arrive there."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from aiohttp.test_utils import TestClient, TestServer
from msgspec.structs import replace

from alerts.delivery import receipts
from alerts.delivery.ports import MessageRef
from alerts.delivery.receipts import DeliveryRecord
from alerts.incidents.model import decode_action, encode
from config.brands.model import Brand
from config.brands.wire import encode_brand
from config.settings import Settings
from mentions.model.batches import Batch
from mentions.model.batches import encode as encode_scored
from streams.exactly_once.fencing import FencedValue, FencedVersion
from streams.kafka import clients
from streams.kafka.admin import KafkaBrandStore
from tests.support.installation import Installation
from tests.support.web_app import day, hidden
from tocsin.web.server import build_application
from tocsin.web.sources.kafka import KafkaDataSource

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.brokers import Broker

pytestmark = pytest.mark.kafka

INCIDENT = "hallowfirth-546570-20260310T1305Z"


def fill(there: Installation) -> None:
    """Write a brand, an incident of it and mentions of now, as the workers would."""
    KafkaBrandStore(there.connection, there.topics).publish({"Hallowfirth": encode_brand(Brand(name="Hallowfirth"))})
    producer, now = clients.producer(there.connection), time.time_ns() // 1_000_000
    batch = next(one for one in day().dataset.records["Hallowfirth"] if isinstance(one, Batch))
    batch = replace(batch, published=[now - 1000] * len(batch))
    producer.send(there.topics.incidents.name, key=INCIDENT.encode(), value=encode(day().latest[INCIDENT]))
    posting = receipts.encode(
        DeliveryRecord(INCIDENT, "#hallowfirth", now, MessageRef("C0000001", "1773152400.000100"))
    )
    kept = FencedValue(FencedVersion(1, 1), 0, posting).encode()
    producer.send(there.topics.receipts.name, key=INCIDENT.encode(), value=kept, partition=0)
    producer.send(there.topics.scored.name, key=b"Hallowfirth", value=encode_scored([batch]), partition=0)
    producer.flush()
    producer.close()


async def test_the_pages_follow_the_topics_and_pass_acts_on(real_kafka: Broker, tmp_path: Path) -> None:
    """The board shows brand, incident and counts, the page its message; an act is a record of the topic `actions`."""
    with Installation(real_kafka) as there:
        await asyncio.to_thread(fill, there)
        async with KafkaDataSource(there.connection, there.topics, there.partitions) as world:
            following = asyncio.create_task(world.follow())
            async with TestClient(TestServer(build_application(world, Settings()))) as client:
                async with asyncio.timeout(20):
                    await world.loaded()
                    page = ""
                    while "Critical" not in page or "<rect" not in page:
                        page = await (await client.get("/")).text()
                        await asyncio.sleep(0.1)
                    while "slack.com/archives/C0000001/p1773152400000100" not in page:
                        page = await (await client.get(f"/incidents/{INCIDENT}")).text()
                        await asyncio.sleep(0.1)
                form = {"csrf": hidden(page, "csrf"), "do": "ack"}
                assert "Sent" in await (await client.post(f"/incidents/{INCIDENT}/actions", data=form)).text()
                await world.apply(Brand(name="Hallowfirth", slack_channel="#crisis"))
                assert world.brands()["Hallowfirth"].brand.slack_channel == "#crisis"
            following.cancel()
        written = tmp_path / "month.html"
        command = [sys.executable, "-P", "-m", "tocsin", "monthly", "2026-03", "--before", "1", "--out", str(written)]
        done = await asyncio.to_thread(subprocess.run, command, env=there.environment, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (0, f"wrote {written}: 1 incident in 2026-03\n"), done.stderr
        assert "Hallowfirth" in written.read_text(encoding="utf-8")
        (record,) = await asyncio.to_thread(there.records, there.topics.actions.name)
        assert record.key == b"Hallowfirth"
        action = decode_action(record.value or b"")
        assert (action.kind, action.actor, action.incident) == ("ack", "local", INCIDENT)
