"""Provenance of a report: recording or files, the configuration in force, and the versions involved."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from config.brands.model import default_brand
from config.brands.wire import decode_with_overrides
from mentions.model.batches import Batch
from streams.recording.format import ConfigEntry, code_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from config.brands.model import Brand
    from config.brands.overrides import Override
    from mentions.model.batches import Tick
    from streams.recording.format import Entry, Header

_SHOWN: Final = ("detect.", "alert.")
_LEFT_OUT: Final = frozenset({"alert.escalation"})
"""Whom the escalation calls is nobody's business who reads a report."""


class Value(NamedTuple):
    """A setting that differs from the built-in one, both as they are written in the configuration."""

    path: str
    value: str
    built_in: str


class ConfigPeriod(NamedTuple):
    """Configuration from an instant on (ms; None: throughout). Without `settings`: the defaults."""

    since: int | None
    revision: int | None
    settings: list[Value]
    overrides: list[Override]


class Provenance(NamedTuple):
    """Source, configuration and versions behind a report."""

    name: str  # of the recording or the files
    recorded: bool
    rules: list[ConfigPeriod]
    code: str  # version of Tocsin
    scorers: list[str]  # versions of scorer, lexicons and weights
    anonymised: bool = False


def from_files(name: str, brand: Brand, records: Iterable[Batch | Tick]) -> Provenance:
    """Return the origin of mentions that were read and judged just now, or of a recording under other rules."""
    return Provenance(name, False, [ConfigPeriod(None, None, values(brand), [])], code_version(), _scorers(records))


def from_recording(
    name: str, header: Header, entries: Iterable[Entry], brand: str, records: Iterable[Batch | Tick]
) -> Provenance:
    """Return the origin of a recording that is reported on under its own rules."""
    rules = list(_config_periods(entries, brand)) or [ConfigPeriod(None, None, [], [])]
    return Provenance(name, True, rules, header.code, _scorers(records), header.anonymised)


def configured(entries: Iterable[Entry], brand: str) -> Brand:
    """Return a brand as last configured in a recording, or with the built-in thresholds."""
    found = default_brand(brand)
    for entry in entries:
        if isinstance(entry, ConfigEntry) and entry.name == brand and entry.brand is not None:
            found = decode_with_overrides(msgspec.json.encode(entry.brand)).brand
    return found


def values(brand: Brand) -> list[Value]:
    """Return the thresholds and rules of a brand that differ from the built-in ones."""
    mine, built_in = (dict(_flat(one.model_dump(mode="json"))) for one in (brand, default_brand(brand.name)))
    return [
        Value(path, _spell(value), _spell(built_in.get(path)))
        for path, value in mine.items()
        if path.startswith(_SHOWN) and path not in _LEFT_OUT and value != built_in.get(path)
    ]


def _config_periods(entries: Iterable[Entry], brand: str) -> Iterator[ConfigPeriod]:
    for entry in entries:
        if isinstance(entry, ConfigEntry) and entry.name == brand and entry.brand is not None:
            governed = decode_with_overrides(msgspec.json.encode(entry.brand))
            yield ConfigPeriod(entry.at or None, entry.revision, values(governed.brand), list(governed.overrides))


def _scorers(records: Iterable[Batch | Tick]) -> list[str]:
    return sorted({record.scorer for record in records if isinstance(record, Batch)})


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict) or not value:
        yield path, value
        return
    for key, below in value.items():
        yield from _flat(below, f"{path}.{key}".lstrip("."))


def _spell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
