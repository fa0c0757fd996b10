"""Names that stand for nobody."""

from __future__ import annotations

import msgspec
import pytest

from mentions.model.placeholders import is_placeholder
from mentions.model.wire import WireMention


@pytest.mark.parametrize(
    "name", ["Facebook User", "[deleted]", "A Google user", "nan", "NULL", " ", "Utilisateur Facebook"]
)
def test_an_unknown_author_is_none(name: str) -> None:
    """What an export writes for want of a name is no name."""
    assert is_placeholder(name)
    fields = {"id": "1", "text": "x", "channel": "c", "published_at": "2026-03-10T12:00:00Z", "author": {"id": name}}
    assert msgspec.convert(fields, WireMention, strict=False).author_id == ""


@pytest.mark.parametrize("name", ["Nan Goldin", "u2204", "Google", "facebook", "deleted_scenes", "Guest List"])
def test_a_name_is_a_name(name: str) -> None:
    """Words that merely occur in placeholders are names."""
    assert not is_placeholder(name)


def test_a_name_stands_in_for_a_placeholder_id() -> None:
    """Where the id says nothing the shown name does."""
    fields = {
        "id": "1",
        "text": "x",
        "channel": "c",
        "published_at": "2026-03-10T12:00:00Z",
        "author": {"id": "nan", "name": "Ann"},
    }
    assert msgspec.convert(fields, WireMention, strict=False).author_id == "Ann"
