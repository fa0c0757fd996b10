"""Known names: a brand, an incident or a silence that does not exist is an error that names the nearest one."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from tocsin.cli.output import printable
from tocsin.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Collection

    from tocsin.cli.environment import Installation

_LONGEST: Final = 200
_NEAR: Final = 0.5


def check_name(kind: str, name: str, known: Collection[str], where: str) -> None:
    """Raise an error that names the nearest known name, unless `name` is known; `where` is the command that lists all.

    Raises:
        CommandError: `name` is not known.
    """
    if name in known:
        return
    folded = {one.casefold(): one for one in sorted(known)}
    near = get_close_matches(name[:_LONGEST].casefold(), folded, n=1, cutoff=_NEAR)
    guess = f": did you mean {folded[near[0]]}?" if near else ""
    raise CommandError(printable(f"{name}: no such {kind}{guess} ({where} shows them all)"))


def check_brand(here: Installation, brand: str) -> None:
    """Raise an error unless a brand is applied or, where workers run with --defaults, has had a mention.

    Raises:
        CommandError: there is no such brand.
    """
    from streams.kafka.admin import KafkaBrandStore  # noqa: PLC0415  kafka-python is slow to load
    from streams.views import brand_states  # noqa: PLC0415

    applied = KafkaBrandStore(here.connection, here.topics).read_applied()
    if brand not in applied:
        seen, _ = brand_states.read_brand_states(here.connection, here.topics)
        check_name("brand", brand, {*applied, *seen}, "`tocsin status`")


def known_detectors() -> list[str]:
    """Return the names of the detectors."""
    from detectors.registry import ALL  # noqa: PLC0415  slow to load

    return [one.name for one in ALL]
