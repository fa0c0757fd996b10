"""Changes of a brand's thresholds that go live from its page: the file, its history, and the running workers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog

from alerts.rendering.escaping import clean
from config.brands.edit import diff
from config.brands.history import ConfigHistory, StaleError
from config.brands.plan import plan_brand
from config.brands.wire import encode_brand
from config.errors import ConfigError
from tocsin.web.access import shown_diff
from tocsin.web.editor.config_file import read_config_file
from tocsin.web.text import format_time, translate

if TYPE_CHECKING:
    from pathlib import Path

    from config.brands.history import Version
    from config.brands.model import Brand
    from detectors.model.signal_text import Language
    from tocsin.web.session import Session
    from tocsin.web.sources.data_source import DataSource

log = structlog.get_logger(__name__)

EDITABLE: Final = ("detect.", "alert.")
"""What the settings of the editor begin with."""

SHOWN: Final = 20
"""Versions that a page lists."""


class VersionRow(NamedTuple):
    """One version of the file as a brand's page lists it."""

    number: int
    at: str
    who: str
    undoes: int
    changes: tuple[str, ...]
    undoable: bool
    diff: str


class LiveEdits:
    """The edits of one configuration file."""

    def __init__(self, source: DataSource, path: Path) -> None:
        self._source = source
        self._path = path
        self._history = ConfigHistory(path)
        self._turn = asyncio.Lock()

    def waiting(self, brand: Brand) -> tuple[str, ...]:
        """Return the settings of a brand in the file that are not live."""
        live = self._source.brands()[brand.name].brand
        try:
            changes = plan_brand({brand.name: encode_brand(live)}, brand).changes
        except ConfigError as error:
            return (str(error),)
        return tuple(str(edit) for change in changes for edit in change.edits)

    def rows(self, brand: Brand, language: Language, *, whole: bool) -> list[VersionRow]:
        """Return the versions that changed a brand, the latest first; diffs are `whole` or of its lines only. Blocks.

        One may be undone that changed thresholds of this brand, nothing else, and was not undone before.
        """
        known = self._history.versions()
        before = {one.number + 1: one.text for one in known}
        gone = {one.undoes for one in known}
        mine = [one for one in reversed(known) if brand.name in one.changes][:SHOWN]
        rows = [self._row(one, before[one.number], brand, language, undoable=one.number not in gone) for one in mine]
        return [row._replace(diff=shown_diff(row.diff, whole=whole)) for row in rows]

    async def write(self, text: str, expected: str, session: Session, undoes: int = 0) -> Version:
        """Write the file as a new version.

        Raises:
            StaleError: it does not hold `expected` any more.
            OSError: it cannot be written.
        """
        at = self._source.now()
        async with self._turn:
            version = await asyncio.to_thread(self._history.write, text, expected, session.user, at, undoes)
        log.info("configuration changed", version=version.number, brands=sorted(version.changes), user=session.user)
        return version

    async def apply(self, brand: Brand, session: Session, language: Language) -> str:
        """Put a brand in force as the file has it; return "", or why that failed."""
        try:
            await self._source.apply(brand)
        except ConfigError as error:
            return translate(language, "not_applied", why=str(error))
        except Exception as error:  # noqa: BLE001  whatever fails, the person has to know that nothing is live
            log.error("apply failed", brand=brand.name, reason=type(error).__name__)  # noqa: TRY400
            return translate(language, "not_applied", why=translate(language, "no_kafka"))
        log.info("configuration applied", brand=brand.name, user=session.user)
        return ""

    async def undo(self, number: int, brand: str, session: Session, language: Language) -> tuple[str, int]:
        """Write a version without the changes of another, and put it in force.

        Returns:
            Why that failed, or "", and the number of the new version.
        """
        file = await asyncio.to_thread(read_config_file, self._path)
        version = next((one for one in await asyncio.to_thread(self._history.versions) if one.number == number), None)
        if version is None or not _is_undoable(version, brand):
            return translate(language, "no_undo"), 0
        try:
            text = await asyncio.to_thread(self._history.undone, number, file.text)
            fresh = await self.write(text, file.text, session, undoes=number)
        except (ConfigError, StaleError):
            return translate(language, "undo_conflict", number=number), 0
        except OSError as error:
            log.warning("configuration not written", file=file.name, reason=str(error))
            return translate(language, "unwritable_undo", file=file.name), 0
        changed = (await asyncio.to_thread(read_config_file, self._path)).brand(brand)
        assert changed is not None, "an undone change leaves a right file"
        return await self.apply(changed, session, language), fresh.number

    def _row(self, one: Version, before: str, brand: Brand, language: Language, *, undoable: bool) -> VersionRow:
        return VersionRow(
            one.number,
            format_time(one.at, brand.timezone),
            clean(one.by) or translate(language, "by_file"),
            one.undoes,
            tuple(map(clean, one.changes[brand.name])),
            undoable and _is_undoable(one, brand.name),
            diff(before, one.text, self._path.name) if list(one.changes) == [brand.name] else "",
        )


def _is_undoable(one: Version, brand: str) -> bool:
    """Return whether a version changed what the editor edits, of this brand alone; never who may do what."""
    return list(one.changes) == [brand] and all(edit.startswith(EDITABLE) for edit in one.changes[brand])
