"""Options of every command that reads files of mentions: what a file does not say of itself, and the first look."""

from __future__ import annotations

import functools
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, get_type_hints

import typer

from tocsin.cli.file_reading import FileReading
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mentions.readers.fields.field_map import Target

FILES: Final = "CSV, Excel, JSON Lines, JSON or Parquet, plain, .gz, .zst or .zip; - is standard input."

_OPTIONS: Final[dict[str, tuple[Any, Any]]] = {
    "columns": (
        Annotated[
            str,
            typer.Option(
                "--map",
                metavar="FIELD=SOURCE,…|@FILE",
                help="Fields of columns, or of paths in JSON: text=body, author.id=user.name; first of several "
                "text=body|snippet, joined text=title+body, the same for all channel==forum. @FILE holds such a map.",
            ),
        ],
        "",
    ),
    "preset": (
        Annotated[
            str,
            typer.Option(
                "--from",
                metavar="PRESET",
                help="brandwatch, meltwater, talkwalker, x-archive, reddit, google-play, app-store, mastodon or "
                "jetstream; none. Left out: found by the header.",
            ),
        ],
        "",
    ),
    "encoding": (
        Annotated[
            str, typer.Option("--encoding", help="Such as cp1252 (Windows). Left out: UTF-8, or UTF-16 found out.")
        ],
        "",
    ),
    "timezone": (
        Annotated[str, typer.Option("--timezone", help="Of times without an offset: Europe/Paris, UTC or +02:00.")],
        "",
    ),
    "date_format": (
        Annotated[
            str,
            typer.Option("--date-format", help="Of dates in figures: dd/mm/yyyy, mm/dd/yyyy, excel, or with %d %m %Y."),
        ],
        "",
    ),
    "skip_lines": (
        Annotated[
            int | None,
            typer.Option("--skip-lines", min=0, help="Lines before the header. Left out: found out."),
        ],
        None,
    ),
    "decimal": (
        Annotated[str, typer.Option("--decimal", metavar="SIGN", help="Decimal sign of numbers: . or ,")],
        "",
    ),
    "sheet": (
        Annotated[str, typer.Option("--sheet", help="Sheet of an Excel workbook: its name or number.")],
        "",
    ),
    "keep_first": (
        Annotated[
            bool, typer.Option("--keep-first", help="Where several texts have one id, take the first and go on.")
        ],
        False,
    ),
    "preview": (
        Annotated[
            bool,
            typer.Option("--preview", help="Only show the header, the map, five mentions and what is unclear."),
        ],
        False,
    ),
}


def with_file_options(files: str = "files", target: Callable[[], Target] | None = None) -> Callable[[Any], Any]:
    """Return a decorator that gives a command the options of files; the command takes them as `reading`.

    Args:
        files: the command's parameter that names the files, for --preview.
        target: what the command reads, if not mentions.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(command, include_extras=True)
        own = dict(inspect.signature(command).parameters)
        del own["reading"]

        @functools.wraps(command)
        def decorated(**given: Any) -> None:
            stated = {name: given.pop(name) for name in _OPTIONS}
            reading = _reading(**stated)
            if stated["preview"]:
                named = given[files] if isinstance(given[files], list) else [given[files]]
                raise typer.Exit(
                    0 if reading.preview([str(path) for path in named if path], target and target()) else 1
                )
            command(**given, reading=reading)

        added = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for name, (annotation, default) in _OPTIONS.items()
        ]
        kept = [one.replace(annotation=hints[name]) for name, one in own.items()]
        decorated.__signature__ = inspect.Signature([*kept, *added])  # type: ignore[attr-defined]
        decorated.__annotations__ = {one.name: one.annotation for one in [*kept, *added]} | {"return": None}
        return decorated

    return decorate


def _reading(
    *,
    columns: str,
    preset: str,
    encoding: str,
    timezone: str,
    date_format: str,
    skip_lines: int | None,
    decimal: str,
    sheet: str,
    keep_first: bool,
    preview: bool,
) -> FileReading:
    from mentions.readers.formats.file_context import check_options  # noqa: PLC0415  slow to load
    from mentions.readers.options import ReadOptions  # noqa: PLC0415

    del preview
    options = ReadOptions(encoding, timezone, date_format, skip_lines, decimal, sheet, preset)
    mapping = parse_column_map(columns)
    try:
        check_options(options)
    except ValueError as error:
        raise UsageError(str(error)) from None
    is_stated = bool(mapping) or options != ReadOptions()
    return FileReading(options, mapping, keep_first=keep_first, is_stated=is_stated)


def parse_column_map(text: str) -> dict[str, str]:
    """Return the fields and their sources of a `--map` option, or of the file that it names after @.

    >>> parse_column_map("text=title+body,channel==forum")
    {'text': 'title+body', 'channel': '=forum'}

    Raises:
        UsageError: a part is not field=source, or there is no such file.
    """
    if text.startswith("@"):
        return _saved_map(Path(text[1:]))
    mapping: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, equals, column = part.partition("=")
        if not (name.strip() and equals and column.strip()):
            raise UsageError(f"--map {part!r}: write field=column, such as text=body, with commas between several")
        mapping[name.strip()] = column.strip()
    return mapping


def _saved_map(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise UsageError(f"--map @{path}: {reason}: name a file with one field=source on each line") from None
    mapping: dict[str, str] = {}
    for line in lines:
        if line.strip() and not line.lstrip().startswith("#"):
            mapping |= parse_column_map(line.replace(",", "\0")) if "," in line else parse_column_map(line)
    return {field: source.replace("\0", ",") for field, source in mapping.items()}
