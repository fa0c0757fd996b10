"""Unpacking: what a file is by its first bytes, and the bytes in it after gzip, Zstandard and zip."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Final, Literal, NamedTuple, cast

from mentions.readers.position import SourceError
from mentions.readers.raw.compression import BadArchive, Damage, decompress

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack

STDIN: Final = "-"

Kind = Literal["text", "workbook", "parquet"]

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PARQUET: Final = b"PAR1"
_REFUSED: Final = (
    (b"%PDF", "a PDF document", "export CSV, Excel or JSON instead"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it and name the file within"),
    (b"Rar!", "a RAR archive", "unpack it and name the file within"),
    (b"BZh", "compressed by bzip2", "unpack it with bunzip2"),
    (b"\xfd7zXZ", "compressed by xz", "unpack it with unxz"),
    (b"SQLite format 3\0", "an SQLite database", "export the table as CSV"),
    (b"PK\x05\x06", "an empty zip archive", "export again"),
    (b"\x89PNG", "a picture", "export CSV, Excel or JSON instead"),
    (b"{\\rtf", "a document of a word processor", "export CSV, Excel or JSON instead"),
)
_TAR: Final = (257, b"ustar")
_NO_CONTENT: Final = ("__MACOSX/", ".DS_Store")
_POSTS: Final = ("data/tweets.js", "data/tweet.js", "outbox.json")
"""Where the archives of an account on X and on Mastodon hold its posts."""

_MAX_LAYERS: Final = 3


class Unpacked(NamedTuple):
    """The content of a file."""

    kind: Kind
    name: str  # of the innermost file, which tells CSV from JSON
    file: io.BufferedReader
    raw: io.BufferedReader | None  # the file on disk, whose place is the progress; None for standard input


def open_unpacked(path: str, resources: ExitStack) -> Unpacked:
    """Open a file, "-" being standard input, and what is packed in it; `resources` closes it.

    Raises:
        SourceError: there is no such file, it is of a kind that is not read, or an archive holds several files.
    """
    try:
        raw = None if path == STDIN else resources.enter_context(Path(path).open("rb"))  # noqa: SIM115  closed with the rest
        file = _standard_input() if raw is None else raw
        name = path
        for _layer in range(_MAX_LAYERS):
            file = decompress(file)
            if not file.peek(len(_ZIP)).startswith(_ZIP):
                break
            found = _zip(path, name, file, resources)
            if found.kind == "workbook":
                return found._replace(raw=raw)
            name, file = found.name, found.file
        return Unpacked(_kind(path, file), name, file, raw)
    except OSError as error:
        if isinstance(error, Damage):
            raise SourceError(path, 1, f"the compressed file is truncated or damaged ({error})") from None
        raise SourceError(path, 1, f"{error.strerror or error}: check the path and its rights") from None
    except BadArchive as error:
        raise SourceError(path, 1, f"the compressed file is truncated or damaged ({error})") from None


def _standard_input() -> io.BufferedReader:
    piped = sys.stdin.buffer
    return piped if isinstance(piped, io.BufferedReader) else io.BufferedReader(cast("io.RawIOBase", piped))


def _kind(path: str, file: io.BufferedReader) -> Kind:
    head = file.peek(512)
    for magic, what, remedy in _REFUSED:
        if head.startswith(magic):
            raise SourceError(path, 1, f"is {what}: {remedy}")
    if head[_TAR[0] :].startswith(_TAR[1]):
        raise SourceError(path, 1, "is a tar archive: unpack it and name the file within")
    return "workbook" if head.startswith(_OLE) else "parquet" if head.startswith(_PARQUET) else "text"


def _zip(path: str, name: str, file: io.BufferedReader, resources: ExitStack) -> Unpacked:
    seekable = _seekable(file, resources)
    archive = resources.enter_context(zipfile.ZipFile(seekable))
    names = [entry.filename for entry in archive.infolist()]
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names or "content.xml" in names:
        seekable.seek(0)
        return Unpacked("workbook", name, cast("io.BufferedReader", seekable), None)
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise SourceError(path, 1, "is a document of an office suite: export CSV, Excel or JSON instead")
    files = [one for one in archive.infolist() if not one.is_dir() and not _is_clutter(one.filename)]
    known = [one for one in files if one.filename.endswith(_POSTS)]
    if len(files) > 1 and len(known) == 1:
        files = known
    if len(files) != 1:
        raise SourceError(path, 1, f"is a zip archive of {len(files)} files ({_some(files)}): unpack it and name one")
    if files[0].flag_bits & 1:
        raise SourceError(path, 1, "is a zip archive with a password: unpack it and name the file within")
    within = resources.enter_context(archive.open(files[0]))
    return Unpacked("text", files[0].filename, io.BufferedReader(cast("io.RawIOBase", within)), None)


def _seekable(file: io.BufferedReader, resources: ExitStack) -> IO[bytes]:
    if file.seekable() and isinstance(file.raw, io.FileIO):
        return file
    copy = resources.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  closed with the rest
    shutil.copyfileobj(file, copy)
    copy.seek(0)
    return copy


def _is_clutter(name: str) -> bool:
    return name.startswith(_NO_CONTENT[0]) or PurePosixPath(name).name == _NO_CONTENT[1]


def _some(files: Sequence[zipfile.ZipInfo]) -> str:
    shown = ", ".join(file.filename[:80] for file in files[:3])
    return f"{shown}, …" if len(files) > 3 else shown or "none"  # noqa: PLR2004  three are enough to know it by
