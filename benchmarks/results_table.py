"""Tables of `docs/results.md`: where each one goes, with the date and commit of the measurement."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "results.md"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def place(page: str, name: str, heading: str, text: str) -> str:
    r"""Return the page with `text` between the markers of `name`, under a new heading where there are none.

    >>> place("# Results", "x", "Of x", "new")
    '# Results\n\n## Of x\n\n<!-- x:start -->\nnew\n<!-- x:end -->\n'
    """
    begin, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
    if begin not in page:
        page = f"{page.rstrip()}\n\n## {heading}\n\n{begin}\n{end}\n"
    before, _, rest = page.partition(begin)
    return f"{before}{begin}\n{text}\n{end}{rest.partition(end)[2]}"


def publish(name: str, heading: str, target: str, text: str, page: Path = PAGE) -> None:
    """Write `text` into the page, with today's date, the commit and the `make` target that made it."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout
    made = f"Made {datetime.now(UTC):%Y-%m-%d} at commit {commit.strip() or 'unknown'} by `make {target}`."
    before = page.read_text(encoding="utf-8") if page.is_file() else "# Results\n"
    page.write_text(place(before, name, heading, f"{made}\n\n{text}"), encoding="utf-8")
