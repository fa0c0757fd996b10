"""What does the model promise about a mention?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from mentions.model.mention import Author, Mention
from mentions.model.validation_messages import MAX_VALUE_CHARS, messages
from tests.support.mentions import BASE


def _refused(**fields: Any) -> tuple[str, ...]:
    with pytest.raises(ValidationError) as refusal:
        Mention.model_validate(BASE | fields)
    return messages(refusal.value)


def test_four_fields_make_a_mention() -> None:
    """Id, text, moment and channel are enough; all else is absent."""
    mention = Mention.model_validate(BASE)
    assert (mention.id, mention.text, mention.channel) == ("1", "late again", "news")
    assert mention.published_at == datetime(2026, 1, 31, 14, 5, tzinfo=UTC)
    optional = {name for name, field in Mention.model_fields.items() if not field.is_required()}
    assert len(optional) == len(Mention.model_fields) - 4
    assert all(getattr(mention, name) is None for name in optional - {"revision", "deleted"})
    assert (mention.revision, mention.deleted) == (0, False)


@pytest.mark.parametrize(
    ("given", "revision"), [(7, 7), ("7", 7), ("", 0), (None, 0), ("2026-01-31T14:06:00Z", 1_769_868_360_000)]
)
def test_a_revision_is_a_number_or_the_time_of_the_edit(given: object, revision: int) -> None:
    """What is absent is the first version."""
    assert Mention.model_validate(BASE | {"revision": given}).revision == revision


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"rating": 11}, "rating: must be at most 10.0, got 11"),
        ({"rating": True}, "rating: must be a number, got true"),
        ({"rating": "good"}, "rating: must be a number, got 'good'"),
        ({"deleted": "gone"}, "deleted: must be true or false, got 'gone'"),
        ({"revision": -1}, "revision: must be at least 0, got -1"),
        ({"revision": "soon"}, "revision: 'soon'"),
        ({"title": "x" * 1_001}, "title: must have at most 1000 characters"),
        ({"author": {"created_at": "soon"}}, "author.created_at: 'soon'"),
    ],
)
def test_a_bad_field_is_named_with_its_rule(fields: dict[str, Any], reason: str) -> None:
    """Those of a complete mention, too."""
    (found,) = _refused(**fields)
    assert found.startswith(reason)


def test_unknown_fields_are_kept() -> None:
    """What the model does not know is in `extra`, also where it is called extra or as a method is."""
    mention = Mention.model_validate(BASE | {"query": "x", "extra": 1, "model_dump": [2], "author": {"team": "x"}})
    assert mention.extra == {"query": "x", "extra": 1, "model_dump": [2]}
    assert mention.author is not None
    assert mention.author.extra == {"team": "x"}


@pytest.mark.parametrize("given", ["u_1", 17])
def test_a_bare_author_is_an_id(given: str | int) -> None:
    """A text or number as author is the author's id."""
    assert Mention.model_validate(BASE | {"author": given}).author == Author(id=str(given))


def test_numbered_posts_keep_all_digits() -> None:
    """A whole number as id is its digits, however many."""
    assert Mention.model_validate(BASE | {"id": 567588278875213824}).id == "567588278875213824"


@pytest.mark.parametrize("field", ["brand", "author", "url", "lang", "engagement", "reach", "source"])
def test_an_empty_optional_field_is_absent(field: str) -> None:
    """An empty text in an optional field, as spreadsheets write it, is nothing given."""
    assert getattr(Mention.model_validate(BASE | {field: ""}), field) is None


@pytest.mark.parametrize(
    ("given", "kept"), [(7, 7), ("7", 7), (7.0, 7), ({"likes": 2, "shares": "1"}, {"likes": 2, "shares": 1})]
)
def test_engagement_is_a_sum_or_named_counts(given: object, kept: object) -> None:
    """Engagement is one whole number or several by name."""
    assert Mention.model_validate(BASE | {"engagement": given}).engagement == kept


def test_a_text_may_be_empty_but_not_absent() -> None:
    """A picture without words is a mention; a mention without a text field is not."""
    assert Mention.model_validate(BASE | {"text": ""}).text == ""
    (reason,) = _refused(text=None)
    assert reason == "text: must be text, got None"


@pytest.mark.parametrize(
    ("fields", "stated"),
    [
        ({"id": ""}, "id: must not be empty, got ''"),
        ({"id": True}, "id: must be text, got True"),
        ({"id": 1.5}, "id: must be text, got 1.5"),
        ({"text": "a\0b"}, "text: holds a NUL (U+0000) at character 1: remove it"),
        ({"text": "\ud83d"}, "text: holds a lone surrogate: cut texts between characters, not within an emoji"),
        ({"text": ["a"]}, "text: must be text, got ['a']"),
        ({"channel": ""}, "channel: must not be empty, got ''"),
        ({"reach": -1}, "reach: must be at least 0, got -1"),
        ({"reach": True}, "reach: must be a whole number, got true"),
        ({"reach": 2.5}, "reach: must be a whole number, got 2.5"),
        ({"reach": "many"}, "reach: must be a whole number, got 'many'"),
        ({"reach": 2**53 + 1}, "reach: must be at most 9007199254740992, got 9007199254740993"),
        ({"reach": 1e300}, "reach: must be a whole number of at most 16 digits, got 1e+300"),
        ({"reach": float("inf")}, "reach: must be a whole number, got inf"),
        ({"author": {"followers": -1}}, "author.followers: must be at least 0, got -1"),
        ({"author": True}, "author: must be an object such as {id, name, followers}, or the id alone, got True"),
        ({"engagement": {"likes": -1}}, "engagement.likes: must be at least 0, got -1"),
        ({"engagement": [1]}, "engagement: must be a whole number, got [1]"),
        ({"engagement": {str(n): 1 for n in range(51)}}, "engagement: has 51 counters: at most 50"),
        ({"published_at": 0}, "published_at: 1970-01-01T00:00:00Z is before 2000-01-01: send UTC ISO 8601"),
        ({"query": "\ud800"}, "extra: 'query' holds a lone surrogate"),
    ],
)
def test_a_refusal_names_field_rule_and_value(fields: dict[str, Any], stated: str) -> None:
    """Each finding is one line: the field, the rule, what was given."""
    (reason,) = _refused(**fields)
    assert reason.startswith(stated)


def test_all_findings_are_reported_at_once() -> None:
    """A mention with several faults is refused with a line for each, missing fields included."""
    with pytest.raises(ValidationError) as refusal:
        Mention.model_validate({"id": "1", "lang": "x" * 36, "reach": -1})
    assert [reason.split(":")[0] for reason in messages(refusal.value)] == [
        "text",
        "published_at",
        "channel",
        "lang",
        "reach",
    ]


def test_a_refusal_shows_little_of_a_hostile_value() -> None:
    """A value is shown as harmless ASCII, and no more than its beginning."""
    (reason,) = _refused(brand="\x1b[2J" + "é" * 100_000)
    assert reason.isascii()
    assert reason.isprintable()
    assert len(reason) < len("brand: must have at most 256 characters, got …") + MAX_VALUE_CHARS + 10


def test_the_schema_agrees_with_the_model_on_what_producers_send() -> None:
    """The derived JSON Schema is valid, and takes what the model takes in its plain forms."""
    schema = Mention.model_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(BASE | {"author": {"id": "u", "followers": 3}, "engagement": {"likes": 1}, "query": 1})
    assert not validator.is_valid(BASE | {"reach": -1})
    assert not validator.is_valid({"id": "1"})


def test_a_mention_cannot_be_changed() -> None:
    """A mention is a value."""
    mention = Mention.model_validate(BASE)
    with pytest.raises(ValidationError):
        mention.text = "other"
