"""`tocsin topics`: which topics does an installation need, and are they there?"""

from __future__ import annotations

from typing import Annotated

import typer

from tocsin.cli.environment import load_installation
from tocsin.cli.errors import CommandError
from tocsin.cli.output import print_json, print_line, print_table

app = typer.Typer(
    help="Create and list the Kafka topics.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)

_Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text, one line a topic.")]


@app.command("create")
def create(*, json: _Json = False) -> None:
    """Create the topics that are missing; those that exist stay as they are.

    TOCSIN_PARTITIONS and TOCSIN_REPLICATION say how. Exit code 1 where a topic exists with another number of
    partitions than the others: equal keys would no longer meet on one worker.

    Examples:
      tocsin topics create
      TOCSIN_PARTITIONS=24 TOCSIN_REPLICATION=3 tocsin topics create
    """
    from streams.kafka.admin import create_topics  # noqa: PLC0415  kafka-python is slow to load

    here = load_installation()
    made = create_topics(here.connection, here.topics.all(), here.settings.partitions, here.settings.replication)
    for topic in made:
        if json:
            print_json({"topic": topic.name, "created": topic.made, "partitions": topic.partitions})
        else:
            print_line(f"{'created' if topic.made else 'exists '}  {topic.name}  ({topic.partitions} partitions)")
    if len({topic.partitions for topic in made}) > 1:
        raise CommandError(
            "topics differ in their number of partitions: all must have the same. "
            "Set TOCSIN_PARTITIONS to that of the existing ones, or use another TOCSIN_PREFIX"
        )


@app.command("list")
def list_(*, json: _Json = False) -> None:
    """List the topics by name, with how they are kept.

    Examples:
      tocsin topics list
      tocsin topics list --json
    """
    here = load_installation()
    rows = [(topic.name, topic.compacted, topic.kept.days if topic.kept else None) for topic in here.topics.all()]
    if json:
        for name, compacted, days in rows:
            print_json({"topic": name, "compacted": compacted, "days": days})
        return
    print_table(
        ["topic", "kept"],
        [
            (name, " ".join([*(["latest of each key"] if compacted else []), f"{days} days" if days else "for ever"]))
            for name, compacted, days in rows
        ],
    )
