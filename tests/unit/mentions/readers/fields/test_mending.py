"""A bad optional field costs the field and not the mention, and nothing is guessed in silence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mentions.model.mention import MAX_COUNT
from mentions.readers.fields.values import UnusableValueError, count
from tests.support.exports import read_export, workbook

if TYPE_CHECKING:
    from pathlib import Path

AT = "2026-03-10T09:15:00Z"
GOOD = {"id": "1", "text": "late", "published_at": AT, "channel": "forum"}

anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-9, 2**60),
    st.floats(),
    st.text(max_size=50),
    st.lists(st.integers(), max_size=2),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.dictionaries(
        st.sampled_from(["author", "url", "lang", "reach", "engagement", "brand", "source"]), anything
    ),
    author=st.dictionaries(st.sampled_from(["id", "name", "followers"]), anything),
)
def test_no_optional_field_costs_a_mention(tmp_path: Path, fields: dict[str, Any], author: dict[str, Any]) -> None:
    """Whatever stands in optional fields, the mention is read with what it needs, from JSON with NaN too."""
    for given_fields in (fields, fields | {"author": author}):
        found = read_export(tmp_path / "a.jsonl", json.dumps(GOOD | given_fields))
        assert found.refused == []
        assert [{name: one[name] for name in GOOD} for one in found.mentions] == [GOOD]


def test_what_pandas_writes_is_read(tmp_path: Path) -> None:
    """Floats are counts, "nan" and "NULL" are nothing, an author "nan" is nobody, and all of it is counted."""
    content = (
        ",id,text,published_at,channel,author,author.followers,reach,lang\n"
        f"0,1001,late,{AT},x,mira,1200.0,5400.0,en\n1,1002,late,{AT},x,jo,,,\n"
        f"2,1003,late,{AT},x,nan,nan,nan,nan\n3,1004.0,late,{AT},x,None,NaN,NULL,Klingon\n"
    )
    found = read_export(tmp_path / "a.csv", content)
    assert found.refused == []
    assert [mention.get("author") for mention in found.mentions] == [
        {"id": "mira", "followers": 1200},
        {"id": "jo"},
        None,
        None,
    ]
    assert [mention["id"] for mention in found.mentions] == ["1001", "1002", "1003", "1004"]
    assert found.mentions[0]["reach"] == 5400
    assert set(found.mentions[3]) == {*GOOD, ""} - {""}
    grouped = read_export(tmp_path / "b.csv", f'id,text,published_at,channel,reach\n1,late,{AT},x,"1,204"\n')
    (stated,) = grouped.notes.summary()
    assert stated.startswith("reach was left out of 1 mention (first: '1,204' on line 2 may be a thousand or one")
    assert stated.endswith("state --decimal . or --decimal ,)")
    assert list(found.notes.summary()) == [
        "author.followers was left out of 2 mentions (first: 'nan' on line 4)",
        "author.id was left out of 2 mentions (first: 'nan' on line 4)",
        "lang was left out of 2 mentions (first: 'nan' on line 4)",
        "reach was left out of 2 mentions (first: 'nan' on line 4)",
    ]


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("1200.0", "", 1200),
        ("1 204,5", "", 1204),
        ("1\u202f204", "", 1204),
        ("1'204'500", "", 1_204_500),
        ("1,204,500", "", 1_204_500),
        ("1.204.500", "", 1_204_500),
        ("12,5", "", 12),
        ("1,204", ".", 1204),
        ("1.204", ",", 1204),
        ("1,204.75", ".", 1204),
        ("1.204", ".", 1),
    ],
)
def test_counts_are_read_as_they_are_written(text: str, decimal: str, number: int) -> None:
    """Separators of thousands go, decimals are cut, and the sign that is stated decides."""
    assert count(text, decimal) == number


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("1,204", "state --decimal"),
        ("1.204", "state --decimal"),
        ("1.2K", "no whole number"),
        ("-3", "no whole number"),
    ],
)
def test_a_count_that_can_be_two_is_none(text: str, stated: str) -> None:
    """A thousand in one country is one in another: the option that settles it is named."""
    with pytest.raises(UnusableValueError, match=stated):
        count(text)


@given(number=st.integers(0, MAX_COUNT))
def test_grouping_changes_no_count(number: int) -> None:
    """Grouped either way, with the decimal sign stated, a count is itself."""
    if number < 10**15:
        assert count(f"{number:,}", ".") == count(f"{number:,}".replace(",", "."), ",") == number


@pytest.mark.parametrize(
    ("written", "options", "read"),
    [
        ("10-Mar-2026 09:15AM", {"timezone": "UTC"}, AT),
        ("10-Mar-2026 09:15AM", {"timezone": "Europe/Paris"}, "2026-03-10T08:15:00Z"),
        ("2026-03-10 09:15", {"timezone": "+02:00"}, "2026-03-10T07:15:00Z"),
        ("2026-03-10", {"timezone": "UTC"}, "2026-03-10T00:00:00Z"),
        ("10/03/2026 09:15", {"timezone": "UTC", "date_format": "dd/mm/yyyy"}, AT),
        ("10.3.26 9:15", {"timezone": "UTC", "date_format": "jj/mm/aaaa hh:mm"}, AT),
        ("3/10/2026 9:15 AM", {"timezone": "UTC", "date_format": "m/d/yyyy h:mm AM"}, AT),
        ("10/03/2026 09:15 UTC", {"date_format": "dmy"}, AT),
        ("20260310-0915", {"timezone": "UTC", "date_format": "%Y%m%d-%H%M"}, AT),
        ("46091.38541666667", {"timezone": "UTC", "date_format": "excel"}, AT),
        (AT, {"timezone": "Asia/Tokyo", "date_format": "dd/mm/yyyy"}, AT),
        ("2026-03-10 05:15:00 EST", {"timezone": "America/New_York"}, None),
        ("2026-02-10 05:15:00 EST", {"timezone": "America/New_York"}, "2026-02-10T10:15:00Z"),
    ],
)
def test_a_stated_zone_or_format_settles_a_time(
    tmp_path: Path, written: str, options: dict[str, Any], read: str | None
) -> None:
    """With what is stated a time means one instant; one that names its zone keeps it."""
    found = read_export(tmp_path / "a.jsonl", json.dumps(GOOD | {"published_at": written}), **options)
    assert [mention["published_at"] for mention in found.mentions] == ([] if read is None else [read])


@pytest.mark.parametrize(
    ("written", "options", "remedy"),
    [
        ("2026-03-10 09:15", {}, "state the zone, such as --timezone Europe/Paris"),
        ("2026-03-10", {}, "is a day without a time or UTC offset: state the zone"),
        ("Mar 10, 2026 @ 09:15:04.000", {}, "state the zone"),
        ("10/03/2026 09:15", {"timezone": "UTC"}, "state the order, such as --date-format dd/mm/yyyy"),
        ("03/25/2026 09:15", {"timezone": "UTC", "date_format": "dd/mm/yyyy"}, "is no instant in a form that is known"),
        ("46091.3854", {"timezone": "UTC"}, "looks like a date of Excel: state --date-format excel"),
        ("2026-10-25 02:30", {"timezone": "Europe/Paris"}, "shows that time twice: state the offset"),
        ("2026-03-10 09:15 CST", {}, "several zones: state the place"),
        ("2 hours ago", {}, "state how dates are written"),
    ],
)
def test_what_can_be_several_instants_names_the_option(
    tmp_path: Path, written: str, options: dict[str, Any], remedy: str
) -> None:
    """None is guessed: the row is refused with what to state."""
    found = read_export(tmp_path / "a.csv", f'id,text,published_at,channel\n1,late,"{written}",forum\n', **options)
    assert found.mentions == []
    assert remedy in found.refused[0][1]


def test_numbers_that_excel_has_rounded_are_not_taken_for_ids(tmp_path: Path) -> None:
    """A number of more than fifteen digits in a workbook is told as the rounded one it is."""
    book = workbook([tuple(GOOD), [1.899e18, "late", AT, "forum"]])
    assert read_export(tmp_path / "a.xlsx", book).mentions[0]["id"] == "1.89900000000000E+18"
