"""Topics: keys, compaction and retention."""

from __future__ import annotations

from detectors.engine.state import MAX_BUFFERED_BYTES
from streams.kafka.topics import MAX_STATE_BYTES, Topics


def test_every_name_carries_the_prefix() -> None:
    """Two installations on one broker share no topic."""
    names = {topic.name for topic in Topics("one.").all()}
    assert len(names) == len(Topics("one.").all())
    assert names.isdisjoint(topic.name for topic in Topics("two.").all())
    assert all(name.startswith("one.") for name in names)


def test_what_must_outlive_everything_is_never_deleted() -> None:
    """Brands and states are compacted and kept for ever."""
    topics = Topics()
    for topic in (topics.brands, topics.watch_state, topics.triage_state):
        assert topic.config()["cleanup.policy"] == "compact"
        assert "retention.ms" not in topic.config()


def test_a_state_that_holds_back_a_backlog_fits() -> None:
    """The largest state a brand may have is well below what its topic takes."""
    assert 2 * MAX_BUFFERED_BYTES < MAX_STATE_BYTES
    assert Topics().watch_state.config()["max.message.bytes"] == str(MAX_STATE_BYTES)
