"""Triage stage: which states of its brands a restart needs."""

from __future__ import annotations

import pytest

from alerts.incidents import state as cases
from alerts.incidents.silences import Silence
from replay.player.policy_set import PolicySet
from streams.stages.triage import TriageShard
from tests.support.alerts import MINUTE, START, Record, action, now, signal


def kept(shard: TriageShard, stored: dict[str, bytes]) -> None:
    """Store what changed, as the agent does after each batch."""
    stored |= {brand: cases.encode(shard.cases[brand]) for brand in shard.changed}
    shard.changed.clear()


@pytest.mark.parametrize("restart", [False, True])
def test_a_silence_asked_for_right_after_a_restart_holds(*, restart: bool) -> None:
    """A brand quiet for a day is silenced from now on, and not from its last incident on."""
    shard, stored = TriageShard(PolicySet.built_in()), dict[str, bytes]()
    records: list[Record] = [signal(0), *map(now, range(1, 1440))]
    for record in records:
        shard.apply(record)
        kept(shard, stored)
    if restart:
        shard = TriageShard(PolicySet.built_in())
        shard.cases = {brand: cases.decode(raw) for brand, raw in stored.items()}
    begin = START + 1440 * MINUTE
    shard.apply(action(1440, "silence", silence=Silence(begin, begin + 120 * MINUTE, "ada")))
    assert shard.apply(signal(1445, start=1445)) == []


def test_a_quiet_brand_is_not_stored_again_every_minute() -> None:
    """An hour of nothing costs a brand at most a dozen writes."""
    shard, stored = TriageShard(PolicySet.built_in()), dict[str, bytes]()
    shard.apply(signal(0))
    shard.apply(now(31))
    kept(shard, stored)
    writes = 0
    for minute in range(32, 92):
        shard.apply(now(minute))
        writes += len(shard.changed)
        kept(shard, stored)
    assert 0 < writes <= 12
