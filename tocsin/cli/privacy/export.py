"""`tocsin export`: prints everything that an installation keeps of one author."""

from __future__ import annotations

from tocsin.cli.environment import load_installation
from tocsin.cli.output import print_json
from tocsin.cli.privacy.accounts import NamesArgument, find


def command(names: NamesArgument) -> None:
    """Print everything that is kept of an author, as JSON Lines: where it is, and what it says.

    Examples:
      tocsin export @mira_holt > mira_holt.jsonl
    """
    from streams.privacy.holdings import holdings  # noqa: PLC0415  slow to load

    here = load_installation()
    found = find(here.connection, here.topics, names)
    for entry in holdings(here.connection, here.topics, found.author):
        print_json(entry)
