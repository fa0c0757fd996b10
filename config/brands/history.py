"""Versions of a configuration file, kept beside it: who changed what and when, and how a change is undone.

Each version holds the whole file. A version is never removed or changed: to undo one writes another.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import msgspec

from config.brands.loader import parse
from config.brands.merge import merge
from config.brands.plan import plan
from config.brands.wire import encode_brand
from config.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from config.brands.model import Config

SUFFIX: Final = ".history.jsonl"


class StaleError(Exception):
    """The file is not the one that the change was made for: somebody else has changed it since."""


class Version(msgspec.Struct, frozen=True):
    """The file as somebody left it."""

    number: int
    at: int  # ms; when it was written or, changed by other means, noticed
    by: str  # "": changed by other means, such as an editor of texts
    text: str
    changes: dict[str, tuple[str, ...]] = {}  # brand → what changed against the version before
    undoes: int = 0  # the version that this one takes back; 0: none


class ConfigHistory:
    """The versions of one file. Writers of several processes on one machine take turns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log = path.with_name(f"{path.name}{SUFFIX}")

    @property
    def exists(self) -> bool:
        """Return whether versions are kept."""
        return self._log.is_file()

    def versions(self) -> list[Version]:
        """Return all versions, the oldest first; a line that a crash left unfinished is left out.

        Raises:
            OSError: the history cannot be read.
        """
        if not self.exists:
            return []
        lines = self._log.read_bytes().split(b"\n")
        return [msgspec.json.decode(line, type=Version) for line in lines[:-1] if line]

    def write(self, text: str, expected: str, by: str, at: int, undoes: int = 0) -> Version:
        """Write the file, atomically, as a new version; return the version.

        Args:
            text: the new content, which must be valid.
            expected: the content that the change was made for.
            by: who changes it.
            at: when, in ms.
            undoes: the number of the version that this one takes back.

        Raises:
            StaleError: the file no longer holds `expected`; nothing is written.
            OSError: the file or its history cannot be written; the file is as it was.
        """
        with self._locked():
            found = self._path.read_bytes().decode()
            if found != expected:
                raise StaleError
            fresh = self._path.with_name(f"{self._path.name}.new")
            try:
                fresh.write_bytes(text.encode())
                shutil.copymode(self._path, fresh)
                self._note(found, "", int(self._path.stat().st_mtime * 1000), 0)
                version = self._note(text, by, at, undoes)
                fresh.replace(self._path)
            finally:
                fresh.unlink(missing_ok=True)
        return version

    def note(self, by: str, at: int) -> None:
        """Note the file as it is, if it is no version yet.

        Raises:
            OSError: the history cannot be written.
        """
        with self._locked():
            self._note(self._path.read_bytes().decode(), by, at, 0)

    def undone(self, number: int, text: str) -> str:
        """Return a text without the changes of a version, what was changed after it kept.

        Raises:
            ConfigError: there is no such version, its lines were changed again since, or the result would be wrong.
        """
        known = {one.number: one for one in self.versions()}
        if number not in known or number - 1 not in known:
            raise _error(self._path, f"has no version {number} to undo: `tocsin config history` lists them")
        found = merge(known[number].text, text, known[number - 1].text)
        if found is None:
            raise _error(self._path, f"has other changes in the lines of version {number}: change them by hand")
        if found == text:
            raise _error(self._path, f"holds nothing of version {number} any more")
        report = parse(found.encode(), self._path.as_posix())
        if report.config is None:
            raise ConfigError(report.errors)
        return found

    def _note(self, text: str, by: str, at: int, undoes: int) -> Version:
        """Append a version, unless the last one has this text; return the last."""
        known = self.versions()
        before = known[-1] if known else None
        if before is not None and before.text == text:
            return before
        changes = changed_settings(before.text, text) if before else {}
        version = Version(before.number + 1 if before else 1, at, by, text, changes, undoes)
        with self._log.open("r+b") as log:
            whole = log.read()
            log.seek(whole.rfind(b"\n") + 1)
            log.truncate()
            log.write(msgspec.json.encode(version) + b"\n")
            log.flush()
            os.fsync(log.fileno())
        return version

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._log.open("ab") as log:
            fcntl.flock(log, fcntl.LOCK_EX)  # released as the file is closed
            yield


def changed_settings(before: str, after: str) -> dict[str, tuple[str, ...]]:
    """Return what differs between two texts of a configuration, by brand; nothing where either is invalid."""
    old, new = (_config(text) for text in (before, after))
    if old is None or new is None:
        return {}
    records = {one.name: encode_brand(one) for one in old.brands}
    return {
        change.brand: tuple(map(str, change.edits)) or (change.kind,) for change in plan(records, new.by_name()).changes
    }


def _config(text: str) -> Config | None:
    return parse(text.encode(), "").config


def _error(path: Path, rule: str) -> ConfigError:
    return ConfigError([Problem(path.as_posix(), 0, 0, "", None, rule)])
