"""`tocsin forget`: takes one author out of everything that an installation keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer

from tocsin.cli.environment import load_installation
from tocsin.cli.output import print_line, print_status
from tocsin.cli.privacy.accounts import NamesArgument, find
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from streams.kafka.topics import Topics
    from streams.privacy.search import Found
    from tocsin.cli.environment import Installation

WRITERS: Final = "listener, Slack app, pages, intake"


def command(
    names: NamesArgument,
    *,
    to_prefix: Annotated[
        str | None,
        typer.Option("--to-prefix", help="Copy all topics without them to topics of this prefix; workers are stopped."),
    ] = None,
    recording: Annotated[
        list[str] | None, typer.Option("--recording", help="Take them out of this recording, too; may be repeated.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take an author out of topics, states, incidents, the moderation queue and recordings.

    First, while all runs: their posts are deleted as if their author had, so that messages, pages, states and the queue
    quote them no longer. Then, with everything stopped, --to-prefix copies all topics without their names; start again
    with that TOCSIN_PREFIX, and delete the topics of before. docs/privacy.md says what each step leaves.

    Examples:
      tocsin forget @mira_holt
      tocsin forget @mira_holt --to-prefix b- --recording october.tocsin
    """
    from streams.kafka.topics import Topics  # noqa: PLC0415  slow to load

    here = load_installation()
    found = find(here.connection, here.topics, names)
    if not yes and not typer.confirm("Take them out?", err=True):
        raise CommandError("nothing was changed")
    for path in recording or ():
        _erase_from_recording(path, found)
    if to_prefix is None:
        _delete_posts(here, found)
    else:
        _rewrite(here, Topics(to_prefix), found)


def _delete_posts(here: Installation, found: Found) -> None:
    """Send the deletion of each of their posts; the workers, the intake and recordings do the rest."""
    from contextlib import closing  # noqa: PLC0415

    from streams.kafka import clients  # noqa: PLC0415  slow to load
    from streams.privacy.deletions import deletions  # noqa: PLC0415

    count = 0
    with closing(clients.producer(here.connection)) as producer:
        for key, line in deletions(here.connection, here.topics, found.author):
            producer.send(here.topics.mentions.name, key=key, value=msgspec.json.encode(line))
            count += 1
        producer.flush()
    print_line(f"{count} posts deleted: their texts leave messages, states, incidents and the queue within seconds")
    print_status("their names stay in counts, and Kafka keeps what was sent for its time: --to-prefix ends both")


def _rewrite(here: Installation, target: Topics, found: Found) -> None:
    from streams.kafka.positions import left_over  # noqa: PLC0415  slow to load
    from streams.privacy.rewriting import rewrite  # noqa: PLC0415

    if target.prefix == here.topics.prefix:
        raise UsageError(f"--to-prefix {target.prefix!r} is the prefix in use: choose another")
    if here.connection.embedded:
        raise UsageError("the embedded broker keeps nothing: stop it, and all is gone")
    _require_stopped(here)
    if left := left_over(here.connection, here.topics, scored=False):
        raise CommandError(f"{left} records are not processed yet: let the workers finish, stop them, and try again")
    for done in rewrite(here.connection, here.topics, target, found.author, here.settings.replication):
        print_line(f"{done.records:>9,}  {done.changed:>6,} changed  {done.dropped:>6,} dropped  {done.topic}")
    print_line(f'now: start everything with TOCSIN_PREFIX="{target.prefix}", and look whether it is well; then')
    print_line(f'tocsin topics delete "{here.topics.prefix}"')


def _require_stopped(here: Installation) -> None:
    from contextlib import closing  # noqa: PLC0415

    from streams.health.worker_group import read_group  # noqa: PLC0415  slow to load
    from streams.kafka import clients  # noqa: PLC0415

    with closing(clients.admin(here.connection)) as admin:
        members = read_group(here.connection, admin, here.topics).members
    if members:
        raise CommandError(f"{len(members)} workers are running: stop them, and all else that writes: {WRITERS}")


def _erase_from_recording(path: str, found: Found) -> None:
    from streams.privacy.recordings import erase_from_recording  # noqa: PLC0415  slow to load

    changed = erase_from_recording(path, found.author)
    print_line(f"{changed} entries changed  {path}")
