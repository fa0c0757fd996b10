"""The log store: what was acknowledged is there after a crash, and cleaning loses nothing that is needed."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.broker.cleaner import Cleaner
from streams.broker.journal import Journal, JournalError
from streams.broker.log_store import LogStore
from streams.broker.producers import OutOfOrderSequenceError
from tests.support.record_batches import batch, latest, records

DAY = 86_400_000
HOUR = 3_600_000
NOW = 100 * DAY
KEYS = (b"a", b"b", b"c")


def no_sync(_: int) -> None:
    """Sync nothing: these tests crash no machine."""


@dataclass
class Folder:
    """A journal's folder, with the store on it; a crash leaves the folder as it is."""

    path: Path
    segment_bytes: int = 600
    store: LogStore = field(init=False)
    journal: Journal = field(init=False)

    def __post_init__(self) -> None:
        """Open it."""
        self.journal = Journal(self.path, self.segment_bytes, no_sync)
        self.store = LogStore(self.journal)

    def reopened(self, torn: bytes = b"") -> Folder:
        """Return it as it is found after a crash, which may have left the start of an entry behind."""
        last = max(self.path.glob("*.journal"))
        copy = Path(tempfile.mkdtemp(dir=self.path.parent))
        for file in self.path.glob("*.journal"):
            shutil.copy(file, copy)
        with (copy / last.name).open("ab") as end:
            end.write(torn)
        self.journal.close()
        return Folder(copy, self.segment_bytes)

    async def clean(self) -> None:
        """Clean once."""
        await Cleaner(self.store, self.journal, lambda: NOW).clean()


def opened(tmp_path: Path, segment_bytes: int = 600) -> Folder:
    """Return a folder with a topic that is kept for a week, and a compacted one."""
    folder = Folder(tmp_path / "journal", segment_bytes)
    folder.store.create_topic("kept", 2, {"cleanup.policy": "delete", "retention.ms": str(7 * DAY)})
    folder.store.create_topic("state", 1, {"cleanup.policy": "compact"})
    return folder


async def test_what_is_synced_survives_a_crash(tmp_path: Path) -> None:
    """Records, offsets, topics and their identities are as before; the start of a torn entry is dropped."""
    folder = opened(tmp_path)
    kept = folder.store.topics["kept"]
    offsets = [folder.store.append(kept, 1, batch((b"k", bytes([n])), (None, b"x"), at=NOW)) for n in range(20)]
    folder.store.commit("workers", {("kept", 1): (7, "note")})
    await folder.store.sync()
    before = records(folder.store, "kept", 1)
    after = folder.reopened(torn=b"\x00\x00\x00\x40torn").store
    assert offsets == list(range(0, 40, 2))
    assert len(before) == 40
    assert records(after, "kept", 1) == before
    assert after.topics["kept"].identity == kept.identity
    assert after.committed == {"workers": {("kept", 1): (7, "note")}}
    assert after.append(after.topics["kept"], 1, batch((b"k", b"next"))) == 40


async def test_consumers_see_what_is_on_the_disk_alone(tmp_path: Path) -> None:
    """A record is shown after the sync, not before."""
    folder = opened(tmp_path)
    folder.store.append(folder.store.topics["kept"], 0, batch((b"k", b"v")))
    assert records(folder.store, "kept") == []
    await folder.store.sync()
    assert records(folder.store, "kept") == [(0, b"k", b"v")]


async def test_a_batch_sent_again_is_stored_once(tmp_path: Path) -> None:
    """Also where the broker died between storing it and answering; a gap is refused."""
    folder = opened(tmp_path)
    first, second = (batch((b"k", b"v"), producer=5, sequence=number) for number in (0, 1))
    for raw in (first, second):
        folder.store.append(folder.store.topics["kept"], 0, raw)
    await folder.store.sync()
    again = folder.reopened().store
    assert again.append(again.topics["kept"], 0, second) == 1
    with pytest.raises(OutOfOrderSequenceError):
        again.append(again.topics["kept"], 0, batch((b"k", b"v"), producer=5, sequence=3))
    assert len(records(again, "kept")) == 2


async def test_compaction_keeps_the_latest_and_frees_the_rest(tmp_path: Path) -> None:
    """A busy key takes little room, a quiet one stays, offsets do not change; what was replaced just now is kept."""
    folder = opened(tmp_path)
    state = folder.store.topics["state"]
    folder.store.append(state, 0, batch((b"quiet", b"once")))
    for number in range(200):
        folder.store.append(state, 0, batch((b"busy", b"%d" % number), at=NOW - HOUR - 1 if number < 198 else NOW))
        await folder.store.sync()
    before = folder.journal.size
    await folder.clean()
    assert folder.journal.size < before / 5
    found = records(folder.store, "state")
    assert records(folder.reopened().store, "state") == found
    assert found == [(0, b"quiet", b"once"), (198, b"busy", b"197"), (199, b"busy", b"198"), (200, b"busy", b"199")]


async def test_retention_drops_what_is_old(tmp_path: Path) -> None:
    """What is older than its topic keeps goes, its room too, and the offsets of what is left stay."""
    folder = opened(tmp_path)
    kept = folder.store.topics["kept"]
    for number in range(60):
        folder.store.append(kept, 0, batch((b"k", b"%d" % number), at=NOW - 8 * DAY if number < 50 else NOW))
    await folder.store.sync()
    before = folder.journal.size
    await folder.clean()
    assert folder.journal.size < before / 2
    after = folder.reopened().store
    assert [offset for offset, _, _ in records(after, "kept")] == list(range(50, 60))


async def test_a_deleted_topic_is_gone(tmp_path: Path) -> None:
    """One of the same name is another topic: another identity, no records, no committed offset."""
    folder = opened(tmp_path)
    old = folder.store.topics["kept"].identity
    folder.store.append(folder.store.topics["kept"], 0, batch((b"k", b"v")))
    folder.store.commit("workers", {("kept", 0): (1, "")})
    folder.store.delete_topic("kept")
    folder.store.create_topic("kept", 1, {})
    await folder.store.sync()
    after = folder.reopened().store
    assert after.topics["kept"].identity != old
    assert records(after, "kept") == []
    assert after.committed == {"workers": {}}


async def test_a_deleted_topic_stays_gone_when_its_segment_is_freed(tmp_path: Path) -> None:
    """The entry that deleted it may be freed before the one that created it: a later snapshot knows."""
    folder = opened(tmp_path, segment_bytes=1_500)
    kept, gone = folder.store.topics["kept"], folder.store.create_topic("gone", 1, {})
    for number in range(14):
        folder.store.append(kept, 0, batch((b"k", b"%d" % number), at=NOW))
    folder.store.append(gone, 0, batch((b"k", b"v" * 700), at=NOW))
    folder.store.append(gone, 0, batch((b"k", b"v" * 300), at=NOW))
    folder.store.delete_topic("gone")
    for number in range(40):
        folder.store.append(kept, 0, batch((b"k", b"%d" % number), at=NOW))
    await folder.store.sync()
    await folder.clean()
    assert 1 in folder.journal.segments
    assert 2 not in folder.journal.segments
    assert set(folder.reopened().store.topics) == {"kept", "state"}


async def test_a_folder_has_one_broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second one is refused, with the folder's name."""
    monkeypatch.setattr("streams.broker.journal.LOCK_TIMEOUT", 0.0)
    opened(tmp_path)
    with pytest.raises(JournalError, match="journal: another broker"):
        Journal(tmp_path / "journal")


async def test_damage_within_is_no_torn_end(tmp_path: Path) -> None:
    """A byte that changed in an older segment is reported with file and place: nothing is dropped silently."""
    folder = opened(tmp_path)
    for _ in range(40):
        folder.store.append(folder.store.topics["kept"], 0, batch((b"k", b"v"), at=NOW))
    await folder.store.sync()
    folder.journal.close()
    first = min(folder.path.glob("*.journal"))
    damaged = bytearray(first.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    first.write_bytes(damaged)
    with pytest.raises(JournalError, match=r"00000001\.journal: damaged at byte \d+"):
        Folder(folder.path)


steps = st.one_of(
    st.tuples(
        st.sampled_from(["append", "append long ago"]), st.sampled_from(KEYS), st.sampled_from(["kept", "state"])
    ),
    st.tuples(st.just("long ago"), st.sampled_from(KEYS[:2]), st.just("state")),
    st.tuples(st.just("delete"), st.sampled_from(KEYS), st.just("state")),
    st.tuples(st.just("commit"), st.just(b""), st.just("kept")),
    st.tuples(st.just("clean"), st.just(b""), st.just("")),
    st.tuples(st.just("crash"), st.just(b""), st.just("")),
)


@settings(max_examples=25)
@given(st.lists(steps, min_size=20, max_size=60))
def test_crashes_and_cleaning_change_nothing_that_is_read(script: list[tuple[str, bytes, str]]) -> None:
    """After any script, all that is kept and the latest of each key are what a store in memory would hold."""
    asyncio.run(_play(script))


async def _play(script: list[tuple[str, bytes, str]]) -> None:
    with tempfile.TemporaryDirectory() as root:
        folder = opened(Path(root))
        kept: list[tuple[int, bytes | None, bytes | None]] = []
        state: dict[bytes | None, bytes] = {}
        committed: dict[tuple[str, int], tuple[int, str]] = {}
        for number, (what, key, topic) in enumerate(script):
            value = None if what == "delete" else b"%d" % number
            if topic in {"kept", "state"} and what != "commit":
                at = NOW - 2 * DAY if "ago" in what else NOW
                offset = folder.store.append(folder.store.topics[topic], 0, batch((key, value), at=at))
                if topic == "kept":
                    kept.append((offset, key, value))
                else:
                    state = latest([*((0, one, held) for one, held in state.items()), (0, key, value)])
            elif what == "commit":
                committed = {("kept", 0): (number, "")}
                folder.store.commit("workers", committed)
            elif what == "clean":
                await folder.clean()
            await folder.store.sync()
            if what == "crash":
                folder = folder.reopened(torn=b"\x00\x00")
        assert records(folder.store, "kept") == kept
        assert latest(records(folder.store, "state")) == state
        assert folder.store.committed.get("workers", {}) == committed
        folder.journal.close()
