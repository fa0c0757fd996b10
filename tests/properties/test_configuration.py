"""Which laws hold for every configuration, right or wrong?"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from config.brands.loader import parse
from config.brands.model import Brand
from config.brands.plan import plan
from config.brands.wire import decode_brand, encode_brand, unknown_keys
from config.schema import schema
from config.yaml.nodes import Node, merge, plain_value

WORDS = st.sampled_from(["skylark", "fennel & oak", "brûlerie", "1664", "true", "~", "valmorin cafés", "x", ""])
SCALARS = st.none() | st.booleans() | st.integers(-5, 5000) | st.floats(allow_nan=False) | WORDS | st.text(max_size=8)
KEYS = st.sampled_from(
    [*Brand.model_fields, "brands", "groups", "defaults", "volume_spike", "least", "window", "colour"]
)
VALUES = st.recursive(SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(KEYS, v, max_size=4), max_leaves=12)
DOCUMENTS = st.fixed_dictionaries(
    {"brands": st.lists(st.dictionaries(KEYS, VALUES, max_size=5) | VALUES, max_size=3)},
    optional={"defaults": VALUES, "groups": VALUES, "organisation": VALUES},
)
NAMES = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=12)
BRANDS = st.builds(
    lambda name, least, minutes, language, channel: Brand.model_validate(
        {
            "name": name,
            "language": language,
            "slack_channel": channel,
            "detect": {"volume_spike": {"min_mentions": least}},
            "alert": {"cooldown": f"{minutes}m"},
        }
    ),
    NAMES,
    st.integers(1, 1000),
    st.integers(0, 600),
    st.sampled_from(["en", "fr"]),
    st.sampled_from([None, "#a", "C024BE91L"]),
)
CATALOGUES = st.lists(BRANDS, max_size=4, unique_by=lambda brand: brand.name).map(lambda bs: {b.name: b for b in bs})
VALIDATOR = Draft202012Validator(schema())


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
@settings(max_examples=80, deadline=None)
def test_no_file_crashes_the_check(raw: bytes) -> None:
    """Whatever the bytes, the answer is a report: a configuration, or at least one error with a one-line message."""
    report = parse(raw)
    assert (report.config is None) == bool(report.errors)
    assert all(str(problem).isprintable() for problem in report.problems)


@given(DOCUMENTS)
@settings(max_examples=80, deadline=None)
def test_every_error_has_a_place_in_the_file(document: dict[str, Any]) -> None:
    """Whatever is wrong with values, keys and shapes, line and column point into the file."""
    raw = json.dumps(document, indent=1).encode()
    lines = raw.decode().splitlines()
    for problem in parse(raw).problems:
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1


@given(BRANDS, KEYS, VALUES)
@settings(max_examples=30, deadline=None)
def test_what_the_loader_accepts_the_editor_accepts(brand: Brand, key: str, value: Any) -> None:
    """A file that may go live is never underlined in the editor: a right one, and one with a key put in or replaced."""
    entry = brand.model_dump(mode="json", exclude={"group"})
    right, tried = {"brands": [entry]}, {"brands": [entry | {key: value}]}
    assert parse(json.dumps(right).encode()).config is not None
    for document in (right, tried):
        if parse(json.dumps(document).encode()).config is not None:
            VALIDATOR.validate(document)


@given(st.sampled_from(["name", "keywords", "slack_channel", "colour", "language"]), st.text("abc123", min_size=8))
@settings(max_examples=60, deadline=None)
def test_a_token_is_an_error_wherever_it_stands_and_is_never_repeated(key: str, tail: str) -> None:
    """No key is a place for a credential."""
    report = parse(f'brands:\n  - {{name: Skylark Rail, "{key}": "xoxb-{tail}"}}\n'.encode())
    assert report.config is None
    assert any("credential" in problem.rule for problem in report.errors)
    assert not any(tail in str(problem) for problem in report.problems)


@given(BRANDS)
@settings(max_examples=60, deadline=None)
def test_a_brand_survives_the_wire(brand: Brand) -> None:
    """Reading what was written gives the equal brand, and nothing is left out."""
    raw = encode_brand(brand)
    assert decode_brand(raw) == brand
    assert unknown_keys(raw) == ()


@given(CATALOGUES, CATALOGUES)
@settings(max_examples=60, deadline=None)
def test_carrying_out_a_plan_leaves_nothing_to_do(before: dict[str, Brand], after: dict[str, Brand]) -> None:
    """The records of the plan turn what is in force into what is wanted, exactly and at the first time."""
    applied = {name: encode_brand(brand) for name, brand in before.items()}
    for name, record in plan(applied, after).records.items():
        if record is None:
            del applied[name]
        else:
            applied[name] = record
    assert {name: decode_brand(raw) for name, raw in applied.items()} == after
    assert plan(applied, after).changes == ()


def _node(value: Any) -> Node:
    wrapped = {key: _node(child) for key, child in value.items()} if isinstance(value, dict) else value
    return Node(wrapped, "", 1, 1, (1, 1))


TREES = st.recursive(st.integers(0, 3), lambda v: st.dictionaries(st.sampled_from("abc"), v, max_size=3), max_leaves=8)
MAPPINGS = st.dictionaries(st.sampled_from("abc"), TREES, max_size=3).map(_node)


@given(MAPPINGS, MAPPINGS, MAPPINGS)
@settings(max_examples=60)
def test_inheritance_does_not_depend_on_who_merges_first(top: Node, middle: Node, low: Node) -> None:
    """Where mappings meet mappings, organisation with group then brand is organisation then group with brand."""
    if _alike(top, middle) and _alike(middle, low) and _alike(top, low):
        assert plain_value(merge(merge(top, middle), low)) == plain_value(merge(top, merge(middle, low)))


@given(MAPPINGS)
@settings(max_examples=60)
def test_inheriting_from_oneself_or_from_nothing_changes_nothing(node: Node) -> None:
    """Empty defaults are no defaults."""
    assert plain_value(merge(node, node)) == plain_value(node)
    assert plain_value(merge(_node({}), node)) == plain_value(node) == plain_value(merge(node, _node({})))


def _alike(one: Node, other: Node) -> bool:
    """Say whether the two have a mapping wherever the other has one."""
    shared = one.fields.keys() & other.fields.keys()
    same = isinstance(one.value, dict) == isinstance(other.value, dict)
    return same and all(_alike(one.fields[key], other.fields[key]) for key in shared)
