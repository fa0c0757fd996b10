"""Do values keep their places through merging and looking up?"""

from __future__ import annotations

from config.yaml.nodes import Node, find, merge, plain_value, walk
from config.yaml.parser import parse


def tree(text: str) -> Node:
    """Return the tree of a YAML text."""
    return parse(text.encode(), "b.yaml").root


BASE = tree("a: 1\nb: {c: 2, d: [3]}\n")
OVER = tree("\n\nb: {d: [4, 5], e: 6}\nf: 7\n")


def test_merging_lays_the_upper_one_on_top() -> None:
    """Mappings merge, lists and scalars are replaced."""
    assert plain_value(merge(BASE, OVER)) == {"a": 1, "b": {"c": 2, "d": [4, 5], "e": 6}, "f": 7}


def test_merged_values_keep_the_place_they_were_written_at() -> None:
    """An error in an inherited value points to where it can be mended."""
    merged = merge(BASE, OVER)
    paths: list[list[str | int]] = [["a"], ["b", "c"], ["b", "d", 1], ["f"]]
    assert [find(merged, path).line for path in paths] == [1, 2, 3, 4]


def test_a_mapping_replaces_what_is_none() -> None:
    """Kinds that do not merge replace each other, in both directions."""
    assert plain_value(merge(tree("a: 1\n"), tree("a: {b: 2}\n"))) == {"a": {"b": 2}}
    assert plain_value(merge(tree("a: {b: 2}\n"), tree("a: 1\n"))) == {"a": 1}


def test_merging_changes_neither_side() -> None:
    """The same defaults serve every brand."""
    before = plain_value(BASE)
    merge(BASE, OVER)
    assert plain_value(BASE) == before


def test_finding_stops_at_the_deepest_value_that_is_written() -> None:
    """A place that is not written (a missing key, a part of pydantic's own) leads to what is nearest above it."""
    assert find(BASE, ["b", "d", 0]).value == 3
    cases: list[tuple[list[str | int], str]] = [(["b", "zzz"], "b"), (["b", "d", 9], "b.d")]
    for path, deepest in cases:
        assert find(BASE, path).path == deepest


def test_places_count_from_one_and_paths_read_like_code() -> None:
    """Line and column are those of editors."""
    places = [(node.path, node.line, node.column, node.key) for node in walk(tree("a:\n  - b: x\n  - 2\n"))]
    assert places == [
        ("", 1, 1, (1, 1)),
        ("a", 2, 3, (1, 1)),
        ("a[0]", 2, 5, (2, 5)),
        ("a[0].b", 2, 8, (2, 5)),
        ("a[1]", 3, 5, (3, 5)),
    ]


def test_scalars_become_what_yaml_1_2_says() -> None:
    """`yes` and `no` are words, `010` and `1_000` are numbers, and a date is a text."""
    text = "[yes, true, False, 010, 0x1F, 0o17, 1_000, -3, 1.5, 1e3, .inf, ~, null, 2020-01-01, '5', 12:30]"
    assert plain_value(tree(f"a: {text}\n")) == {
        "a": [
            *("yes", True, False, 10, 31, 15, 1000, -3, 1.5, 1000.0, float("inf"), None, None),
            *("2020-01-01", "5", "12:30"),
        ]
    }
