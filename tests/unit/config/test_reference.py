"""Does the documentation name every key and variable, with today's default?"""

from __future__ import annotations

from pathlib import Path

from config.brands.loader import parse
from config.brands.model import Brand
from config.environment import variable_of
from config.reference import rewrite
from config.settings import Settings

PAGE = Path(__file__).parents[3] / "docs" / "configuration.md"


def test_the_page_s_tables_are_up_to_date() -> None:
    """The tables are the declarations; `python -m config.reference` writes them again."""
    page = PAGE.read_text("utf-8")
    assert rewrite(page) == page


def test_every_key_and_variable_is_on_the_page() -> None:
    """Nothing can be configured that is not documented."""
    page = PAGE.read_text("utf-8")
    for variable in map(variable_of, Settings.model_fields):
        assert f"`{variable}`" in page
    for name in Brand.model_fields:
        assert f"| `{name}" in page


def test_no_secret_has_a_default_on_the_page() -> None:
    """The row of a token shows an empty default."""
    (row,) = (line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `TOCSIN_SLACK_TOKEN`"))
    assert row.split("|")[2].strip() == ""


def test_the_page_s_first_brand_is_right() -> None:
    """What a newcomer copies from the page works."""
    block = PAGE.read_text("utf-8").split("```yaml\n")[1].split("```")[0]
    assert parse(block.encode()).problems == ()


def test_only_marked_blocks_are_rewritten() -> None:
    """Text outside the blocks is the author's."""
    text = "before\n<!-- table: environment -->\nold\n<!-- end -->\nafter\n"
    rewritten = rewrite(text)
    assert rewritten.startswith("before\n<!-- table: environment -->\n")
    assert rewritten.endswith("<!-- end -->\nafter\n")
    assert "\nold\n" not in rewritten
    assert "TOCSIN_BROKERS" in rewritten
