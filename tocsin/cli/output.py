"""How does a command print: data to stdout, talk to stderr, nothing that takes over the terminal?"""

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
    r"""Return text from outside as it may be shown in a terminal: what would act there is spelled out.

    Line breaks and tabs become one blank, or with `lines` are kept as line breaks.

    >>> plain("calm\x1b[2J\nstorm")
    'calm\\x1b[2J storm'
    """
    if lines:
        return "\n".join(printable(line) for line in text.splitlines())
    return _ACTIVE.sub(_spell_out, _BREAKS.sub(" ", text))


def print_json(record: Mapping[str, Any] | Sequence[Any]) -> None:
    """Print one line of JSON to stdout: what a terminal would act on, or cannot encode, is escaped, all else kept."""
    text = json.dumps(record, ensure_ascii=not _stdout_is_unicode(), default=str)
    sys.stdout.write(_ACTIVE.sub(_escape, text) + "\n")


def print_json_lines(records: Sequence[Mapping[str, Any]]) -> None:
    """Print what `emit` does of each of many records, sooner, and with no blanks between the fields.

    Raises:
        UnicodeEncodeError: a text holds a lone surrogate, which none does that was decoded by msgspec.
    """
    if _stdout_is_unicode():
        lines = msgspec.json.Encoder().encode_lines(records).decode()
        sys.stdout.write(_ACTIVE_IN_LINES.sub(_escape, lines))
    else:
        for record in records:
            print_json(record)


def print_line(text: str = "") -> None:
    """Print a line for people to stdout. Text from outside goes through `plain` first."""
    sys.stdout.write(f"{text}\n")


def print_status(text: str) -> None:
    """Print a line to stderr: progress, hints, warnings."""
    sys.stderr.write(f"{text}\n")


def print_table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print aligned columns to stdout, numbers to the right; every cell goes through `plain`."""
    cells = [[printable(str(cell)) for cell in row] for row in rows]
    numeric = [all(isinstance(row[i], int | float) for row in rows) for i in range(len(heads))]
    widths = [max(_width(row[i]) for row in [list(heads), *cells]) for i in range(len(heads))]
    for row in [list(heads), *cells]:
        print_line("  ".join(_pad(*column) for column in zip(row, widths, numeric, strict=True)).rstrip())


@contextmanager
def progress_bar(what: str, total: float | None = None) -> Iterator[Callable[[float], None]]:
    """Show a bar on stderr while the block runs, if that is a terminal; call what it yields with the amount done.

    `total` is None where the end is not known: then it counts and shows the time.
    """
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console  # noqa: PLC0415  rich is slow to load, and only terminals need it
    from rich.progress import Progress  # noqa: PLC0415

    redirect = sys.stdout.isatty()  # a file or pipe gets its lines itself, not by way of the bar
    with Progress(console=Console(stderr=True), transient=True, redirect_stdout=redirect) as bar:
        task = bar.add_task(printable(what).replace("[", "\\["), total=total)
        yield lambda done: bar.advance(task, done)


def confirm(question: str) -> bool:
    """Ask on the terminal for a yes; anything else, and the end of the input, is a no."""
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
