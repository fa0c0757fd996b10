"""Does the page on sending mentions say what the code does?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mentions.model.decode import Rejection, WireMention, decode_line, decode_record
from mentions.model.mention import Mention
from tests.support.mentions import ARRIVED

PAGE = (Path(__file__).parents[3] / "docs" / "mentions.md").read_text()


def _rows(heading: str) -> list[list[str]]:
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    cells = [[cell.strip() for cell in line[1:-1].split("|")] for line in section.splitlines() if line.startswith("|")]
    return cells[2:]


def _limit(schema: dict[str, Any]) -> str:
    """Return the first bound of a field that the schema tells."""
    options = [
        schema,
        *schema.get("anyOf", []),
        *(part for option in schema.get("anyOf", []) for part in option.get("oneOf", [])),
    ]
    found = [f"{option['maxLength']} characters" for option in options if "maxLength" in option]
    return (found + [str(option["maximum"]) for option in options if "maximum" in option] + [""])[0]


def test_the_table_is_the_model() -> None:
    """Each field stands in the table in its order, with its bound, whether it is required, and its description."""
    properties = Mention.model_json_schema()["properties"]
    rows = _rows("A mention")
    assert [row[0].strip("`") for row in rows] == list(Mention.model_fields)
    for name, required, bound, description in rows:
        field = Mention.model_fields[name.strip("`")]
        assert description == field.description
        assert required == ("yes" if field.is_required() else "")
        assert bound.startswith(_limit(properties[name.strip("`")]))


def test_the_examples_are_mentions() -> None:
    """What the page shows as mentions is taken."""
    blocks = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    mentions = [mention for block in blocks for mention in re.split(r"\n(?=\{)", block.strip())]
    assert len(mentions) == 5
    assert all(isinstance(decode_record(mention.encode(), None)[0], WireMention) for mention in mentions)


def test_the_refusals_are_as_documented() -> None:
    """Each line that the page calls refused is, for the reason the page gives."""
    rows = _rows("What is refused")
    assert len(rows) == 6
    for sent, reason in rows:
        entry = decode_line(sent.strip("`").encode(), ARRIVED)
        assert isinstance(entry, Rejection)
        assert entry.reasons == (reason.strip("`"),)
