"""Rows of the watch table without an author. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detectors.engine.edits.erasure import erase
from detectors.engine.storage import encode_whole
from streams.exactly_once.fencing import FencedValue
from streams.stages.watch_rows import brand_of, read_states, segment_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detectors.model.erased_author import ErasedAuthor


def without(rows: Mapping[bytes, FencedValue], author: ErasedAuthor) -> tuple[dict[bytes, FencedValue], list[str]]:
    """Return the rows of a partition without somebody, and the brands in whose states they were.

    A row that cannot be read is left out: what it holds is not known.

    Raises:
        NewerFormatError: a newer version of Tocsin stored a state.
    """
    unreadable: set[bytes] = set()
    kept = dict(rows)
    brands: list[str] = []
    for state, version in read_states(rows.items(), lambda key, _: unreadable.add(key)):
        if not erase(state, author):
            continue
        brands.append(state.brand)
        key = state.brand.encode()
        partition = rows[key].partition
        kept = {name: row for name, row in kept.items() if brand_of(name) != key}
        core, sealed = encode_whole(state)
        parts = {key: core} | {segment_key(state.brand, name): raw for name, raw in sealed.items()}
        kept |= {name: FencedValue(version, partition, raw) for name, raw in parts.items()}
    return {name: row for name, row in kept.items() if name not in unreadable}, sorted(brands)
