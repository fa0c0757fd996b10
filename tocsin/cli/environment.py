"""The installation that this process's environment variables describe: settings, brokers, topics."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from tocsin.cli.output import print_status

if TYPE_CHECKING:
    from config.settings import Settings
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics


class Installation(NamedTuple):
    """Settings, how to connect to the brokers, and the names of the topics."""

    settings: Settings
    connection: Connection
    topics: Topics


def load_installation(*, embedded: bool = False) -> Installation:
    """Return the installation that the environment describes; warns about unknown TOCSIN_ variables."""
    from config.environment import from_environ, unknown_variables  # noqa: PLC0415  pydantic is slow to load
    from streams.kafka.connection import connect  # noqa: PLC0415
    from streams.kafka.topics import Topics  # noqa: PLC0415

    settings = from_environ(os.environ)
    for warning in unknown_variables(os.environ):
        print_status(f"warning: {warning}")
    return Installation(settings, connect(settings, embedded=embedded), Topics(settings.prefix))
