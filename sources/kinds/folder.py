"""Folder: files that people put there, read as `tocsin ingest` reads them, each once."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING, Any, Final

from sources.folder.file_pages import CHANGED, FilePages, UnreadableFileError
from sources.folder.inbox import DONE, FAILED, Inbox, identity, shown
from sources.item import Page, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sources.client import PoliteClient
    from sources.settings import SourceSettings

_AGAIN: Final = (
    "Mend the file, and put it into the folder again. What --map, --timezone and such say to `tocsin ingest`, `files` "
    "says at this source: docs/sources.md."
)
_EMPTY: Final = "is there and empty: files that you put into it are read"


class Folder:
    """The files of a folder, the oldest first, a page of rows at a time.

    The position is the file and the row. A file is moved to `done` when the page after its last row is asked for: by
    then the rows before it are where they should be. One that cannot be read is moved to `failed`, with the reason.
    """

    def __init__(self, settings: SourceSettings, clock: Callable[[], float] = time.time) -> None:  # noqa: TID251
        self._inbox = Inbox(settings.path, clock)
        self._mapping = settings.files.columns
        self._options = settings.files.read_options()
        self._clock = clock
        self._pages: FilePages | None = None
        self._stopped = False

    async def fetch(self, client: PoliteClient, position: Mapping[str, Any]) -> Page:
        """Return the next rows."""
        del client
        self._stopped = False
        try:
            return await asyncio.to_thread(self._next, position)
        except asyncio.CancelledError:
            self._stopped = True  # else the process would wait for a large file
            raise

    async def look(self, client: PoliteClient) -> Page:
        """Return the first rows of the first file, and leave all as it is."""
        del client
        files = await asyncio.to_thread(self._inbox.waiting)
        if not files:
            return Page([], notice=_EMPTY)
        try:
            pages = await asyncio.to_thread(self._open, files[0], {})
            return Page(await asyncio.to_thread(pages.page))
        except (UnreadableFileError, OSError) as error:
            raise SourceError(f"holds {shown(files[0])}, which {error}") from None

    def close(self) -> None:
        """Let another process read the folder."""
        self._stopped, self._pages = True, None
        self._inbox.close()

    def _next(self, position: Mapping[str, Any]) -> Page:
        self._inbox.open()
        file = self._inbox.taken() or self._inbox.take()
        if file is None:
            return Page([], dict(position))
        try:
            pages = self._pages_at(file, position)
            items, ended = pages.page(), pages.position
        except UnreadableFileError as error:
            self._pages = None
            reason = f"{shown(file)} {error}"
            target = self._inbox.put_away(file, FAILED, [reason, "", _AGAIN])
            first = reason.partition("\n")[0]
            return Page([], {}, more=True, notice=f"{first} (moved to {FAILED}/{shown(target)})")
        except FileNotFoundError:  # somebody has taken it away
            self._pages = None
            return Page([], {}, more=True)
        if items or ended != dict(position):
            return Page(items, ended, more=True)
        self._inbox.put_away(file, DONE, pages.report())
        self._pages = None
        return Page([], {}, more=True)

    def _pages_at(self, file: Path, position: Mapping[str, Any]) -> FilePages:
        """Return the pages of a file from a position on: those that are open, if they stand there."""
        pages = self._pages
        if pages is not None and pages.path == file and pages.identity != identity(os.lstat(file)):
            raise UnreadableFileError(CHANGED)
        if pages is None or pages.path != file or pages.position != dict(position):
            pages = self._pages = self._open(file, position)
        return pages

    def _open(self, file: Path, position: Mapping[str, Any]) -> FilePages:
        now = int(self._clock() * 1000)
        return FilePages(file, self._mapping, self._options, position, now, lambda: self._stopped)
