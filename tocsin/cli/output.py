"""Output of commands: data to stdout, status to stderr, escaped so that no text acts on the terminal."""

from __future__ import annotations

import json
import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_HIDDEN: Final = (
    "\x7f-\x9f"  # controls: CSI starts terminal commands, as ESC does
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # turn the direction of the text around them
    "\u2028\u2029\ufeff"  # break lines, vanish
    "\ud800-\udfff"  # lone surrogates cannot be encoded
)
_ACTIVE: Final = re.compile(f"[\x00-\x1f{_HIDDEN}]")
_ACTIVE_IN_LINES: Final = re.compile(f"[\x00-\t\x0b-\x1f{_HIDDEN}]")
_BREAKS: Final = re.compile(r"\r\n|[\r\n\t\v\f\x85\u2028\u2029]+")


def printable(text: str, *, lines: bool = False) -> str:
    r"""Return untrusted text made safe for a terminal: control characters are spelled out.

    Line breaks and tabs become one space; with `lines`, line breaks are kept.

    >>> printable("calm\x1b[2J\nstorm")
    'calm\\x1b[2J storm'
    """
    if lines:
        return "\n".join(printable(line) for line in text.splitlines())
    return _ACTIVE.sub(_spell_out, _BREAKS.sub(" ", text))


def print_json(record: Mapping[str, Any] | Sequence[Any]) -> None:
    """Print one line of JSON to stdout; characters that the terminal would act on or cannot encode are escaped."""
    text = json.dumps(record, ensure_ascii=not _stdout_is_unicode(), default=str)
    sys.stdout.write(_ACTIVE.sub(_escape, text) + "\n")


def print_json_lines(records: Sequence[Mapping[str, Any]]) -> None:
    """Print many records as `print_json` does, faster, and without spaces between the fields.

    Raises:
        UnicodeEncodeError: a text holds a lone surrogate; text decoded by msgspec never does.
    """
    if _stdout_is_unicode():
        lines = msgspec.json.Encoder().encode_lines(records).decode()
        sys.stdout.write(_ACTIVE_IN_LINES.sub(_escape, lines))
    else:
        for record in records:
            print_json(record)


def print_line(text: str = "") -> None:
    """Print a line for people to stdout. Pass untrusted text through `printable` first."""
    sys.stdout.write(f"{text}\n")


def print_status(text: str) -> None:
    """Print a line to stderr: progress, hints, warnings."""
    sys.stderr.write(f"{text}\n")


def log_to_status() -> None:
    """Let what a view logs go to stderr, a line each, so that stdout holds the data alone."""
    import structlog  # noqa: PLC0415  slow to load, and only some commands read views

    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[structlog.processors.add_log_level, plain],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )


def print_table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print aligned columns to stdout, numbers to the right; every cell is made printable."""
    cells = [[printable(str(cell)) for cell in row] for row in rows]
    numeric = [all(isinstance(row[i], int | float) for row in rows) for i in range(len(heads))]
    widths = [max(_width(row[i]) for row in [list(heads), *cells]) for i in range(len(heads))]
    for row in [list(heads), *cells]:
        print_line("  ".join(_pad(*column) for column in zip(row, widths, numeric, strict=True)).rstrip())


@contextmanager
def progress_bar(what: str, total: float | None = None) -> Iterator[Callable[[float], None]]:
    """Show a progress bar on stderr while the block runs, if stderr is a terminal.

    Yields the function to call with the amount done. Without a `total` the bar shows count and time.
    """
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console  # noqa: PLC0415  rich is slow to load, and only terminals need it
    from rich.progress import Progress  # noqa: PLC0415

    redirect = sys.stdout.isatty()  # a file or pipe gets its lines directly
    with Progress(console=Console(stderr=True), transient=True, redirect_stdout=redirect) as bar:
        task = bar.add_task(printable(what).replace("[", "\\["), total=total)
        yield lambda done: bar.advance(task, done)


def confirm(question: str) -> bool:
    """Ask a yes-or-no question on the terminal; anything but yes, and the end of input, is a no."""
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes", "o", "oui"}


def _spell_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004  two hex digits


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _stdout_is_unicode() -> bool:
    return "utf" in (sys.stdout.encoding or "utf").lower()


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415  needed for wide characters only

    return cell_len(text)


def _pad(text: str, width: int, numeric: bool) -> str:  # noqa: FBT001  one column of a table
    blanks = " " * (width - _width(text))
    return blanks + text if numeric else text + blanks
