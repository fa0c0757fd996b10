"""Accounts that names on a command line stand for: one person's, or a question back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.output import print_status, printable
from tocsin.errors import CommandError

if TYPE_CHECKING:
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics
    from streams.privacy.search import Found

NamesArgument = Annotated[
    list[str], typer.Argument(metavar="AUTHOR…", help="Names, handles or ids of one person's accounts.")
]


def find(connection: Connection, topics: Topics, names: list[str]) -> Found:
    """Return whom the names stand for, and say which accounts these are.

    Raises:
        BrokerError: no broker answers.
        CommandError: a name is borne by accounts with different ids that are not all named.
    """
    from mentions.watchlist.normalise import normalise_handle  # noqa: PLC0415  slow to load
    from streams.privacy.search import find_author  # noqa: PLC0415

    found = find_author(connection, topics, names)
    for account, count in sorted(found.accounts.items()):
        print_status(printable(f"{account.id}  {account.name}  {account.channel}  {count} mentions"))
    if len(found.ids) > 1 and not found.ids <= set(map(normalise_handle, names)):
        known = " ".join(sorted({account.id for account in found.accounts}))
        raise CommandError(printable(f"several accounts bear that name: name those that are meant by id: {known}"))
    return found
