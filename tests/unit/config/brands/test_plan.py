"""Does the plan say exactly what applying will change, and nothing else?"""

from __future__ import annotations

import json

from config.brands.model import Brand, default_brand
from config.brands.plan import plan
from config.brands.wire import encode_brand
from detectors.volume_spike import VolumeSpike

RAIL = default_brand("Skylark Rail")
FOOD = default_brand("Fennel & Oak")
LOUD = Brand.model_validate(
    {"name": "Skylark Rail", "detect": {"volume_spike": {"min_mentions": 25}}, "on_call": ["U024BE7LH"]}
)


def applied(*brands: Brand) -> dict[str, bytes]:
    """Return the records in force of some brands."""
    return {brand.name: encode_brand(brand) for brand in brands}


def wanted(*brands: Brand) -> dict[str, Brand]:
    """Return brands by name."""
    return {brand.name: brand for brand in brands}


def test_what_is_in_force_already_changes_nothing() -> None:
    """Applying twice is applying once: no record is written again."""
    result = plan(applied(RAIL, FOOD), wanted(RAIL, FOOD))
    assert result.changes == ()
    assert result.records == {}
    assert result.summary() == "0 to add, 0 to change, 0 to remove, 2 unchanged"


def test_a_new_brand_is_added_and_a_missing_one_removed() -> None:
    """The file is the whole truth: a brand that it no longer names is watched no longer."""
    result = plan(applied(RAIL), wanted(FOOD))
    assert [line for change in result.changes for line in change.lines()] == ["+ Fennel & Oak", "- Skylark Rail"]
    assert result.records == {"Fennel & Oak": encode_brand(FOOD), "Skylark Rail": None}
    assert result.summary() == "1 to add, 0 to change, 1 to remove, 0 unchanged"


def test_a_changed_brand_is_reported_setting_by_setting() -> None:
    """Each setting stands with its path, before and after, as one would write it."""
    (change,) = plan(applied(RAIL), wanted(LOUD)).changes
    before = RAIL.detect.parameters(VolumeSpike).min_mentions
    assert change.lines() == [
        "~ Skylark Rail",
        f"    detect.volume_spike.min_mentions: {before} -> 25",
        '    on_call: [] -> ["U024BE7LH"]',
    ]


def test_the_plan_is_data_too() -> None:
    """What is printed for people is there for programs."""
    (change,) = plan(applied(RAIL), wanted(LOUD)).changes
    record = json.loads(json.dumps(change.record()))
    assert record["change"] == "changed"
    assert record["edits"][1] == {"path": "on_call", "before": [], "after": ["U024BE7LH"]}


def test_a_default_that_the_new_version_adds_is_shown() -> None:
    """After an upgrade the plan says which new settings the brands get."""
    older = json.loads(encode_brand(RAIL))
    del older["alert"]["cooldown"]
    (change,) = plan({"Skylark Rail": json.dumps(older).encode()}, wanted(RAIL)).changes
    assert [(edit.path, edit.before) for edit in change.edits] == [("alert.cooldown", None)]
    assert "(none) ->" in change.lines()[1]


def test_a_record_in_force_that_cannot_be_read_is_replaced() -> None:
    """Whatever a stranger wrote into the topic, applying mends it."""
    result = plan({"Skylark Rail": b"\xff"}, wanted(RAIL))
    assert [change.kind for change in result.changes] == ["changed"]
    assert result.records == applied(RAIL)


def test_brands_come_in_the_order_of_their_names() -> None:
    """Two plans of the same change are the same text, so that they can be compared."""
    result = plan({}, wanted(RAIL, FOOD))
    assert [change.brand for change in result.changes] == ["Fennel & Oak", "Skylark Rail"]


def test_of_a_long_list_only_what_differs_is_reported() -> None:
    """A week more in a calendar is a line that can be read, not a screenful."""
    weeks = [f"2026-11-{day:02}T08:00Z to 2026-11-{day + 1:02}T08:00Z: U0ANA" for day in range(1, 15)]
    before, after, turned = (
        Brand.model_validate({"name": "Skylark Rail", "on_call_schedule": {"shifts": shifts}})
        for shifts in (weeks[:9], weeks[1:], weeks[:9][::-1])
    )
    (change,) = plan(applied(before), wanted(after)).changes
    added = ", ".join(f'"{week}"' for week in weeks[9:12])
    assert change.lines()[1:] == [f'    on_call_schedule.shifts: 9 -> 13 entries; - "{weeks[0]}"; + {added} and 2 more']
    (change,) = plan(applied(before), wanted(turned)).changes
    assert change.lines()[1:] == ["    on_call_schedule.shifts: 9 -> 9 entries; in another order"]
