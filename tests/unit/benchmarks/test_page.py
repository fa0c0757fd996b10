"""Does a table replace its predecessor, and nothing else?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.results_table import place, publish, table

if TYPE_CHECKING:
    from pathlib import Path


def test_a_table_replaces_its_predecessor() -> None:
    """What stands between a section's markers is replaced; what stands elsewhere is left."""
    page = place(place("# Results\n", "a", "A", "old"), "b", "B", "other")
    again = place(page, "a", "A", "new")
    assert again == page.replace("old", "new")
    assert place(again, "a", "A", "new") == again


def test_a_table_says_how_it_was_made(tmp_path: Path) -> None:
    """The section names its day, commit and target."""
    page = tmp_path / "results.md"
    publish("a", "Of a", "make-it", table(("x", "y"), [("1", "2")]), page)
    text = page.read_text(encoding="utf-8")
    assert "by `make make-it`." in text
    assert "| x | y |\n| --- | --- |\n| 1 | 2 |" in text
