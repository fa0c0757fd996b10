"""`tocsin topics`: creates, lists and deletes the topics of an installation."""

from __future__ import annotations

from typing import Annotated

import typer

from tocsin.cli.environment import load_installation
from tocsin.cli.options import JsonOption
from tocsin.cli.output import print_json, print_line, print_table
from tocsin.errors import CommandError, UsageError

app = typer.Typer(
    help="Create, list and delete the Kafka topics.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)


@app.command("create")
def create(*, json: JsonOption = False) -> None:
    """Create the missing topics; existing ones stay as they are.

    TOCSIN_PARTITIONS and TOCSIN_REPLICATION set partitions and replication. Exit code 1 if a topic has another number
    of partitions than the others: a key would then be on different workers in different topics.

    Examples:
      tocsin topics create
      TOCSIN_PARTITIONS=24 TOCSIN_REPLICATION=3 tocsin topics create
    """
    from streams.kafka.admin import create_topics  # noqa: PLC0415  kafka-python is slow to load

    here = load_installation()
    made = create_topics(here.connection, here.topics.all(), here.settings.partitions, here.settings.replication)
    for topic in made:
        if json:
            print_json({"topic": topic.name, "created": topic.created, "partitions": topic.partitions})
        else:
            print_line(f"{'created' if topic.created else 'exists '}  {topic.name}  ({topic.partitions} partitions)")
    if len({topic.partitions for topic in made}) > 1:
        raise CommandError(
            "topics differ in their number of partitions: all must have the same. "
            "Set TOCSIN_PARTITIONS to that of the existing ones, or use another TOCSIN_PREFIX"
        )


@app.command("list")
def list_(*, json: JsonOption = False) -> None:
    """List the topics with their retention.

    Examples:
      tocsin topics list
      tocsin topics list --json
    """
    here = load_installation()
    rows = [
        (topic.name, topic.compacted, topic.retention.days if topic.retention else None) for topic in here.topics.all()
    ]
    if json:
        for name, compacted, days in rows:
            print_json({"topic": name, "compacted": compacted, "days": days})
        return
    print_table(
        ["topic", "retention"],
        [
            (name, " ".join([*(["compacted"] if compacted else []), f"{days} days" if days else "unlimited"]))
            for name, compacted, days in rows
        ],
    )


@app.command("delete")
def delete(
    prefix: Annotated[str, typer.Argument(help='The prefix of the topics, such as "a-"; "" for none.')],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete all topics of another prefix than the one in use, with everything in them.

    Examples:
      tocsin topics delete a-
    """
    from streams.kafka.admin import delete_topics  # noqa: PLC0415  kafka-python is slow to load
    from streams.kafka.topics import Topics  # noqa: PLC0415

    here = load_installation()
    if prefix == here.topics.prefix:
        raise UsageError(f"{prefix!r} is the prefix in use: set TOCSIN_PREFIX to that of the topics that stay")
    names = [topic.name for topic in Topics(prefix).all()]
    if not yes and not typer.confirm(f"Delete {len(names)} topics, such as {names[0]}?", err=True):
        raise CommandError("nothing was deleted")
    delete_topics(here.connection, names)
    print_line(f"{len(names)} topics deleted")
