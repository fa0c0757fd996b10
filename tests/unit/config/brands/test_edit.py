"""A threshold is changed in its line, and in its line only."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.brands.edit import diff, set_values
from config.brands.loader import parse
from config.errors import ConfigError
from detectors.static_threshold import StaticThreshold
from detectors.volume_spike import VolumeSpike

if TYPE_CHECKING:
    from config.brands.edit import Value
    from config.brands.model import Brand

SHIPPED = (Path(__file__).resolve().parents[4] / "config" / "brands.yaml").read_text(encoding="utf-8")

SMALL = """\
# the whole file
groups:
  Sea:
    defaults: {detect: {sensitivity: low}}   # flow
brands:
  - name: Halden          # a port
    group: Sea
    slack_channel: '#halden'

  # the other one
  - name: Marrow
    slack_channel: "#marrow"
    detect:
      volume_spike: {min_mentions: 9, peak_ratio: 1.5}  # calm
      negative_spike:
        peak_ratio: 1.75   # as shipped
      static_threshold:
    alert:
      resolve_after: 1h
"""


def brand(text: str, name: str) -> Brand:
    """Return a brand of the file."""
    config = parse(text.encode()).config
    assert config is not None
    return config.by_name()[name]


def lines(before: str, after: str) -> list[str]:
    """Return the changed lines of the diff."""
    return [line for line in diff(before, after).splitlines()[2:] if line[0] in "+-"]


def test_a_value_is_replaced_and_its_comment_stays() -> None:
    """A setting that is written changes in its own line; the comment behind it is untouched."""
    after = set_values(SMALL, "Marrow", {"detect.negative_spike.peak_ratio": 2.5})
    assert lines(SMALL, after) == [
        "-        peak_ratio: 1.75   # as shipped",
        "+        peak_ratio: 2.5   # as shipped",
    ]


def test_quotes_stay_as_they_are() -> None:
    """A text in single or double quotes keeps them."""
    after = set_values(SMALL, "Halden", {"slack_channel": "#port"})
    assert lines(SMALL, after) == ["-    slack_channel: '#halden'", "+    slack_channel: '#port'"]


def test_missing_parents_are_added_behind_the_entry() -> None:
    """What is not written yet goes behind the brand's last line, parents included, not into the next brand."""
    after = set_values(SMALL, "Halden", {"detect.volume_spike.min_mentions": 12})
    assert lines(SMALL, after) == ["+    detect:", "+      volume_spike:", "+        min_mentions: 12"]
    assert brand(after, "Halden").detect.parameters(VolumeSpike).min_mentions == 12


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        ({"detect.volume_spike.min_mentions": 12}, "+      volume_spike: {min_mentions: 12, peak_ratio: 1.5}  # calm"),
        (
            {"detect.volume_spike.enabled": False},
            "+      volume_spike: {min_mentions: 9, peak_ratio: 1.5, enabled: false}  # calm",
        ),
        ({"detect.static_threshold.negative": 40}, "+        negative: 40"),
        ({"detect.sensitivity": "high"}, "+      sensitivity: high"),
        ({"alert.resolve_after": timedelta(minutes=90)}, "+      resolve_after: 1h 30m"),
        ({"alert.page_from": "info"}, "+      page_from: info"),
    ],
)
def test_flow_blank_and_block_parents_take_a_setting(edit: dict[str, int | str | timedelta], line: str) -> None:
    """Wherever the parent is written in braces, empty or as a block, the setting joins it in that manner."""
    after = set_values(SMALL, "Marrow", edit)
    assert line in lines(SMALL, after)
    assert len(lines(SMALL, after)) <= 2


def test_a_group_changes_for_its_brands_only() -> None:
    """A group's edit reaches its brands and no other."""
    after = set_values(SMALL, "Sea", {"detect.sensitivity": "high", "alert.page_from": "critical"}, group=True)
    assert brand(after, "Halden").detect.sensitivity == "high"
    assert brand(after, "Halden").alert.page_from == "critical"
    assert brand(after, "Marrow") == brand(SMALL, "Marrow")
    assert "# flow" in after


def test_the_same_value_changes_nothing() -> None:
    """Writing what stands there gives the same file, and an empty diff."""
    after = set_values(SMALL, "Marrow", {"detect.negative_spike.peak_ratio": 1.75, "alert.resolve_after": "1h"})
    assert after == SMALL
    assert diff(SMALL, after) == ""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("config/brands.yaml", "config/brands.yaml"),
        ("{here}/brands.yaml", "brands.yaml"),
        ("/far/own.yaml", "own.yaml"),
    ],
)
def test_a_diff_names_the_file_as_git_and_patch_want_it(
    name: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the working directory on, however the file was named: `a//srv/brands.yaml` is no path of a patch."""
    monkeypatch.chdir(tmp_path)
    found = diff("a: 1\n", "a: 2\n", name.format(here=tmp_path))
    assert found.splitlines()[:2] == [f"--- a/{shown}", f"+++ b/{shown}"]


def test_line_ends_and_byte_order_mark_stay() -> None:
    """A file from Windows keeps its line ends and its mark."""
    text = "\ufeff" + SMALL.replace("\n", "\r\n")
    after = set_values(text, "Halden", {"detect.sensitivity": "high"})
    assert after.startswith("\ufeff#")
    assert after.count("\r\n") == after.count("\n") == SMALL.count("\n") + 2


def test_a_file_without_a_last_line_end_can_grow() -> None:
    """A setting behind the last line starts a line of its own."""
    after = set_values(SMALL.rstrip("\n"), "Marrow", {"alert.cooldown": "2h"})
    assert after.endswith("\n      cooldown: 2h")


def test_none_is_written_out_and_switches_off_what_is_inherited() -> None:
    """`null` takes the place of a value in its line, or of one that a group has; written twice it changes nothing."""
    text = SMALL.replace("{detect: {", "{detect: {static_threshold: {negative: 40}, ").replace("'#halden'", "~")
    after = set_values(text, "Halden", {"detect.static_threshold.negative": None, "slack_channel": None})
    assert lines(text, after) == ["+    detect:", "+      static_threshold:", "+        negative: null"]
    assert (
        brand(text, "Halden").detect.parameters(StaticThreshold).negative,
        brand(after, "Halden").detect.parameters(StaticThreshold).negative,
    ) == (
        40,
        None,
    )
    own = set_values(after, "Halden", {"detect.static_threshold.negative": 9})
    again = set_values(own, "Halden", {"detect.static_threshold.negative": None})
    assert lines(own, again) == ["-        negative: 9", "+        negative: null"]
    assert set_values(again, "Halden", {"detect.static_threshold.negative": None}) == again == after


def test_the_word_null_is_no_none() -> None:
    """A text that is spelled like none is quoted, and takes the place of none."""
    after = set_values(SMALL.replace("'#halden'", "null"), "Halden", {"slack_channel": "null"})
    assert '+    slack_channel: "null"' in lines(SMALL, after)
    assert brand(set_values(after, "Halden", {"slack_channel": None}), "Halden").slack_channel is None


def test_a_list_over_several_lines_becomes_one_line() -> None:
    """A block list is replaced whole."""
    text = SMALL.replace("    group: Sea\n", "    group: Sea\n    on_call:\n      - U1\n      - U2\n")
    after = set_values(text, "Halden", {"on_call": ("U3",)})
    assert brand(after, "Halden").on_call == ("U3",)
    assert "    on_call: [U3]\n    slack_channel" in after


@pytest.mark.parametrize(
    ("name", "edit", "rule"),
    [
        ("Nobody", {"detect.sensitivity": "low"}, 'has no brand "Nobody"'),
        ("Marrow", {"detect.volume_spike.peak_ratio": -1.0}, "peak_ratio = -1"),
        ("Marrow", {"detect.volume_spike.bold": 1}, "bold"),
    ],
)
def test_what_would_be_wrong_is_refused(name: str, edit: dict[str, float | str], rule: str) -> None:
    """An unknown brand, a value out of bounds and an unknown setting are named, and nothing comes back."""
    with pytest.raises(ConfigError, match=rule):
        set_values(SMALL, name, edit)


def test_an_alias_that_others_share_is_left_to_a_person() -> None:
    """A setting written by an alias is not changed for others behind one's back."""
    text = """\
brands:
  - {name: Halden, slack_channel: "#a", detect: &calm {sensitivity: low}}
  - {name: Marrow, slack_channel: "#a", detect: *calm}
"""
    with pytest.raises(ConfigError, match="alias"):
        set_values(text, "Marrow", {"detect.sensitivity": "high"})


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(["Hallowfirth", "Pippinworth", "Voltanelle"]),
    edits=st.fixed_dictionaries(
        {},
        optional={
            "detect.sensitivity": st.sampled_from(["low", "medium", "high"]),
            "detect.volume_spike.peak_ratio": st.integers(2, 60).map(lambda n: n / 8),
            "detect.static_threshold.negative": st.none() | st.integers(1, 500),
            "alert.page_from": st.sampled_from(["info", "warning", "critical"]),
            "alert.resolve_after": st.integers(1, 300).map(lambda n: timedelta(minutes=n)),
        },
    ),
)
def test_any_edit_keeps_all_other_lines(name: str, edits: dict[str, Value]) -> None:
    """Whatever is edited in the shipped file: comments and lines stay, and a second time changes nothing."""
    after = set_values(SHIPPED, name, edits)
    reported = lines(SHIPPED, after)
    assert sum(line[0] == "-" for line in reported) <= len(edits)
    assert sum(line[0] == "+" for line in reported) <= 3 * len(edits)
    assert after.count("#") == SHIPPED.count("#")
    assert set_values(after, name, edits) == after
