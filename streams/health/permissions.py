"""Rights of each process on the brokers: `python -m streams.health.permissions > docs/operations/permissions.md`."""

from __future__ import annotations

import sys
from typing import Final, NamedTuple

from streams.community.service import group_of as community_group
from streams.kafka.topics import Topics
from streams.listening.members import group_of as listeners_group
from streams.moderation.intake_service import group_of


class Permissions(NamedTuple):
    """What a process reads and writes, by the attributes of `Topics`, and where in the code it does so."""

    process: str
    user: str  # of the examples
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    sources: tuple[str, ...]
    group: str = ""  # that it joins, without a prefix


PROCESSES: Final = (
    Permissions(
        "`tocsin worker`",
        "tocsin-worker",
        (
            "mentions",
            "scored",
            "signals",
            "actions",
            "notifications",
            "brands",
            "watch_state",
            "triage_state",
            "receipts",
        ),
        (
            "scored",
            "dead_letters",
            "signals",
            "incidents",
            "notifications",
            "heartbeats",
            "watch_state",
            "triage_state",
            "receipts",
        ),
        ("streams/agents", "streams/app.py", "streams/heartbeat/forwarder.py"),
        group=Topics().application,
    ),
    Permissions(
        "`tocsin listen`",
        "tocsin-listen",
        ("mentions", "brands", "source_cursors"),
        ("mentions", "source_cursors", "source_health"),
        ("streams/listening", "tocsin/listener"),
        group=listeners_group(Topics()),
    ),
    Permissions(
        "`tocsin slack`",
        "tocsin-slack",
        (
            *("brands", "incidents", "triage_state", "scored", "signals", "moderation", "watch_state", "source_health"),
            *("community", "community_notes"),
        ),
        ("actions", "brands", "moderation"),
        ("tocsin/slack_app", "streams/gateway.py", "streams/moderation/queue_view.py"),
    ),
    Permissions(
        "`tocsin web`",
        "tocsin-web",
        (
            "brands",
            "incidents",
            "triage_state",
            "scored",
            "signals",
            "notifications",
            "receipts",
            "source_health",
            "moderation",
            "community",
            "community_notes",
        ),
        ("actions", "moderation", "community_notes"),
        ("tocsin/web", "streams/gateway.py", "streams/moderation/queue_view.py", "streams/community/views.py"),
    ),
    Permissions(
        "`tocsin heartbeat`",
        "tocsin-heartbeat",
        ("heartbeats",),
        ("mentions",),
        ("streams/heartbeat/prober.py",),
    ),
    Permissions(
        "commands of people (`tocsin status`, `incident`, `silence`, `config`, `record`, …)",
        "tocsin-admin",
        tuple(name for name, topic in vars(Topics()).items() if hasattr(topic, "compacted")),
        ("actions", "brands", "mentions", "moderation"),
        ("tocsin/cli/respond", "streams/recording", "streams/health"),
    ),
    Permissions(
        "the intake of `tocsin moderation`",
        "tocsin-moderation",
        ("mentions", "brands", "moderation"),
        ("moderation", "actions"),
        ("streams/moderation/intake_service.py",),
        group=group_of(Topics()),
    ),
    Permissions(
        "`tocsin community --follow`",
        "tocsin-community",
        ("mentions", "brands", "community", "incidents"),
        ("community", "actions"),
        ("streams/community/service.py",),
        group=community_group(Topics()),
    ),
    Permissions("producers of mentions", "collector", (), ("mentions",), ("streams/ingest.py",)),
)

_INTRO: Final = """# Rights on the brokers

What each process needs, and no more. The code makes this page: `python -m streams.health.permissions`. With a
`TOCSIN_PREFIX` it goes before every name, those of the group and of the changelogs, too. *Read* includes *describe*.
Workers form the consumer group `{group}`; the listeners, the intake of moderation and the community one each of their
own; all else reads without a group and commits nothing.

| process | reads | writes | group |
| --- | --- | --- | --- |
"""

_COMMANDS: Final = """
## With kafka-acls

For Apache Kafka; other brokers have the same rights under their own names. `tocsin topics create`, by an
administrator, makes the topics once: then no process needs the right to create.

<!-- not run: changes the rights on a broker -->
```sh
"""

_ADMIN: Final = """
## Why `tocsin status` may be refused

It asks for the members of the workers' group (`DESCRIBE` on the group) and for its offsets. Without the right it says
`the user lacks the rights`: it never takes a refusal for an installation without workers. Without the right on the
listeners' group it does not say which of them reads the sources.
"""


def topic_name(attribute: str) -> str:
    """Return the name of a topic without a prefix."""
    return str(getattr(Topics(), attribute).name)


def acl_commands(one: Permissions) -> list[str]:
    """Return the commands that give a process its rights."""
    base = f"kafka-acls.sh --bootstrap-server $BROKER --add --allow-principal User:{one.user}"
    lines = []
    for operation, attributes in (("Read", one.reads), ("Write", one.writes)):
        if attributes:
            topics = " ".join(f"--topic {topic_name(name)}" for name in attributes)
            lines.append(f"{base} --operation {operation} --operation Describe {topics}")
    if one.group:
        lines.append(f"{base} --operation Read --operation Describe --group {one.group}")
    elif one.user == "tocsin-admin":
        lines += [
            f"{base} --operation Describe --group {group}"
            for group in (Topics().application, listeners_group(Topics()))
        ]
    return lines


def page() -> str:
    """Return the page."""
    parts = [_INTRO.replace("{group}", Topics().application)]
    for one in PROCESSES:
        reads, writes = (", ".join(f"`{topic_name(name)}`" for name in names) for names in (one.reads, one.writes))
        group = f"member of `{one.group}`" if one.group else "none"
        parts.append(f"| {one.process} | {reads or 'nothing'} | {writes} | {group} |\n")
    parts.append(_COMMANDS)
    parts += [f"{line}\n" for one in PROCESSES for line in acl_commands(one)]
    parts += ["```\n", _ADMIN]
    return "".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
