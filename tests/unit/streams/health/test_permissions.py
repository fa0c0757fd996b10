"""Rights of each process: the list holds every topic that its code names, and the page is what the list says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from streams.health.backlog import stage_topics
from streams.health.permissions import PROCESSES, page, topic_name
from streams.kafka.topics import Topic, Topics
from tests.support.docs import ROOT

if TYPE_CHECKING:
    from streams.health.permissions import Permissions

NAMED: Final = re.compile(r"\b_?topics\.([a-z_]+)")
TOPICS: Final = {name for name, value in vars(Topics()).items() if isinstance(value, Topic)}


def attributes(source: str) -> set[str]:
    """Return the topics that the code at a path names."""
    path = ROOT / source
    files = [path] if path.is_file() else sorted(path.rglob("*.py"))
    assert files, source
    return {name for file in files for name in NAMED.findall(file.read_text("utf-8"))} & TOPICS


@pytest.mark.parametrize("one", PROCESSES, ids=lambda one: one.user)
def test_the_list_holds_what_the_code_names(one: Permissions) -> None:
    """A process that touches another topic needs another right."""
    named = {name for source in one.sources for name in attributes(source)}
    assert named <= {*one.reads, *one.writes}


def test_a_worker_reads_what_its_stages_read() -> None:
    """And the tables' changelogs, from which it restores its state."""
    (worker,) = (one for one in PROCESSES if one.user == "tocsin-worker")
    stages = {name for names in stage_topics(Topics()).values() for name in names}
    changelogs = {"watch_state", "triage_state", "receipts"}
    assert {topic_name(name) for name in worker.reads if name not in {"brands", *changelogs}} == stages
    assert changelogs <= set(worker.reads) & set(worker.writes)


def test_every_topic_is_read_and_written_by_somebody() -> None:
    """Nobody reads dead letters but people."""
    assert {name for one in PROCESSES for name in one.reads} == TOPICS
    assert {name for one in PROCESSES for name in one.writes} == TOPICS


def test_the_page_of_permissions_is_what_the_code_says() -> None:
    """`python -m streams.health.permissions > docs/operations/permissions.md` makes it."""
    assert (ROOT / "docs" / "operations" / "permissions.md").read_text("utf-8") == page()
