"""What does a brand take over from its group and its organisation, and which files are read?"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config.brands.loader import check, load, parse
from config.errors import ConfigError
from config.yaml.parser import MAX_BYTES
from detectors.volume_spike import VolumeSpike

if TYPE_CHECKING:
    from config.brands.model import Config

HERE = Path(__file__).parents[1]
EXAMPLE = Path(__file__).parents[4] / "config" / "brands.yaml"


def read(text: str) -> Config:
    """Return the configuration of a text that must be right."""
    report = parse(text.encode())
    assert report.config is not None, "\n".join(map(str, report.problems))
    return report.config


INHERITANCE = """
organisation: Lighthouse
defaults:
  slack_channel: "#all"
  on_call: [U1, U2]
  detect:
    sensitivity: low
    volume_spike: {min_mentions: 30, peak_ratio: 2}
groups:
  Brightwater:
    defaults:
      slack_channel: "#brightwater"
      detect:
        volume_spike: {min_mentions: 40}
brands:
  - name: Skylark Rail
    group: Brightwater
    on_call: [U3]
    detect:
      windows: {main: 1h}
  - name: Fennel & Oak
"""


def test_a_brand_takes_what_it_does_not_say_from_its_group_and_then_the_organisation() -> None:
    """Mappings merge key by key over all three levels; the nearest one that speaks wins."""
    brand = read(INHERITANCE).by_name()["Skylark Rail"]
    assert brand.slack_channel == "#brightwater"
    assert brand.detect.sensitivity == "low"
    assert brand.detect.parameters(VolumeSpike).min_mentions == 40
    assert brand.detect.parameters(VolumeSpike).peak_ratio == 2
    assert brand.detect.windows.main == timedelta(hours=1)


def test_lists_replace_each_other() -> None:
    """A brand's list is the whole list: nobody is paged because of a line elsewhere."""
    brands = read(INHERITANCE).by_name()
    assert brands["Skylark Rail"].on_call == ("U3",)
    assert brands["Fennel & Oak"].on_call == ("U1", "U2")


def test_a_group_says_nothing_about_other_brands() -> None:
    """A brand without group inherits from the organisation alone."""
    brand = read(INHERITANCE).by_name()["Fennel & Oak"]
    assert brand.slack_channel == "#all"
    assert brand.detect.parameters(VolumeSpike).min_mentions == 30


def test_null_takes_back_what_would_be_inherited() -> None:
    """`null` is a value of its own, other than a forgotten one."""
    text = 'defaults:\n  slack_channel: "#all"\nbrands:\n  - name: Skylark Rail\n    slack_channel: null\n'
    assert read(text).brands[0].slack_channel is None


def test_sections_may_be_empty() -> None:
    """Someone who comments out every line below a section header has not made a mistake."""
    text = (
        "defaults:\ngroups:\n  G:\n  H:\n    defaults:\nbrands:\n  - name: Skylark Rail\n    group: G\n    detect:\n"
        "      volume_spike:\n    alert:\n  - name: Fennel & Oak\n    group: H\n"
    )
    assert [brand.group for brand in read(text).brands] == ["G", "H"]


def test_anchors_aliases_and_merge_keys_work() -> None:
    """YAML's own way to say a thing once is allowed, a key written out wins over a merged one."""
    config = read("""
x-loud: &loud {volume_spike: {min_mentions: 50}, sensitivity: high}
x-calm: &calm {volume_spike: {min_mentions: 60}, lateness: 5m}
defaults: {slack_channel: "#a"}
brands:
  - name: Skylark Rail
    detect: &mine
      <<: [*loud, *calm]
      sensitivity: low
  - name: Fennel & Oak
    detect: *mine
""")
    for brand in config.brands:
        assert brand.detect.sensitivity == "low"
        assert brand.detect.parameters(VolumeSpike).min_mentions == 50
        assert brand.detect.lateness == timedelta(minutes=5)


def test_keywords_left_out_are_the_name_and_the_aliases() -> None:
    """The shortest useful configuration is a name."""
    text = "brands:\n  - name: Skylark Rail\n    aliases: [Skylark]\n  - name: Fennel\n    keywords: [fennel & oak]\n"
    assert [brand.keywords for brand in read(text).brands] == [("Skylark Rail", "Skylark"), ("fennel & oak",)]


def test_numbers_in_quotes_are_names() -> None:
    """A brand may be called 1664, or true."""
    config = read('brands:\n  - name: "1664"\n    aliases: ["true", "2020-01-01"]\n    keywords: [2020-01-01]\n')
    assert config.brands[0].name == "1664"
    assert config.brands[0].keywords == ("2020-01-01",)


def test_json_is_yaml_too() -> None:
    """A program may write the file as JSON, escapes of characters beyond the first plane included."""
    report = parse(b'{"brands": [{"name": "Skylark \\ud83d\\ude82", "languages": ["en"]}]}')
    assert report.config is not None
    assert report.config.brands[0].name == "Skylark 🚂"


def test_emoji_and_accents_are_kept() -> None:
    """Texts are not normalised on the way: matching folds them, alerts show them."""
    text = "brands:\n  - name: Brûlerie Valmorin\n    keywords: [brûlerie, '👩‍🍳 valmorin']\n"
    assert read(text).brands[0].keywords == ("brûlerie", "👩‍🍳 valmorin")


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b"---\n", b"# comment\r\n"])
def test_harmless_beginnings_do_not_matter(start: bytes) -> None:
    """A byte order mark, a document marker and Windows line ends change nothing."""
    report = parse(start + b"brands:\r\n  - name: Skylark Rail\r\n")
    assert report.config is not None


def test_the_place_of_an_inherited_value_is_where_it_was_written() -> None:
    """An error in the defaults is told once, at the defaults, however many brands inherit it."""
    text = "defaults:\n  language: english\nbrands:\n" + "".join(f"  - name: Brand {n}\n" for n in range(20))
    errors = parse(text.encode(), "b.yaml").errors
    assert [str(error) for error in errors] == ['b.yaml:2:13 defaults.language = "english": must be one of en, fr']


def test_the_example_is_right_and_without_warning() -> None:
    """The file that everybody starts from passes its own check, strictly."""
    report = check(EXAMPLE)
    assert report.problems == ()
    assert report.config is not None
    assert [brand.language for brand in report.config.brands] == ["en", "en", "fr"]


def test_loading_a_wrong_file_names_every_error(tmp_path: Path) -> None:
    """`load` raises one exception that holds all errors, and no warning."""
    file = tmp_path / "b.yaml"
    file.write_text("brands:\n  - name: Orange\n    language: xx\n    colour: blue\n")
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert [problem.line for problem in caught.value.problems] == [3, 4]
    assert str(caught.value).count("\n") == 1


def test_loading_a_suspicious_file_passes_its_warnings_on() -> None:
    """A caller that loads a file to use it can still say what looks like a slip."""
    reported: list[str] = []
    config = load(HERE / "suspicious" / "no_channel.yaml", warn=lambda problem: reported.append(problem.rule))
    assert len(config.brands) == len(reported) == 1


def test_a_missing_file_is_reported_by_name(tmp_path: Path) -> None:
    """What cannot be opened is a configuration error, not a crash."""
    report = check(tmp_path / "none.yaml")
    assert report.config is None
    assert "none.yaml: cannot be read: No such file" in str(report.problems[0])


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder is told like any other thing that cannot be read."""
    assert "cannot be read" in str(check(tmp_path).problems[0])


def test_a_file_that_never_ends_is_refused_in_time(tmp_path: Path) -> None:
    """No more than the limit is read, even of a device that never ends."""
    report = parse(b"#" * (MAX_BYTES + 1), "big.yaml")
    assert "larger than" in str(report.problems[0])
    assert os.path.exists("/dev/zero")  # noqa: PTH110  the path is a device
    assert "larger than" in str(check(Path("/dev/zero")).problems[0])


def test_problems_come_in_the_order_of_the_file() -> None:
    """The report is in the order of the file: a reader goes down the file once."""
    report = parse(b"brands:\n  - name: Orange\n    language: xx\n    a: 1\ndefaults:\n  b: 1\n  languages: []\n")
    places = [(problem.line, problem.column) for problem in report.problems]
    assert places == sorted(places)
    assert len(places) >= 4
