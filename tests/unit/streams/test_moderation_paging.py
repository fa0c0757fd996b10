"""Pages of the moderation queue: threats and doxxing, once a half hour, through the life of an incident."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from moderation.model import PolicyFinding
from streams.moderation.paging import LATE, PAGE_EVERY, page_of
from tests.support.alerts import START, action, run, signal
from tests.support.moderation import flagged

AT = START - START % PAGE_EVERY


@pytest.mark.parametrize(
    ("policy", "pages"), [("threat", True), ("doxxing", True), ("hate", False), ("spam", False), ("block list", False)]
)
def test_threats_and_doxxing_page_and_nothing_else_does(policy: str, *, pages: bool) -> None:
    """The text stays in the queue; the incident says which item."""
    found = page_of(replace(flagged("5b1f2c3d9", at=AT), findings=(PolicyFinding(policy, "high"),)), "en")
    assert (found is not None) is pages
    if found is not None:
        assert "5b1f2c3d" in found.text
        assert "kill" not in found.text


def test_a_wave_pages_once_a_half_hour_and_what_is_found_late_does_not() -> None:
    """The action's id is the same, so triage applies it once."""
    ids = {page_of(flagged(f"i{n}", at=AT + n * 60_000), "en").id for n in range(31)}  # type: ignore[union-attr]
    assert len(ids) == 2
    late = replace(flagged("i", at=AT), at=AT + LATE + 1)
    assert page_of(late, "fr") is None


def test_a_page_opens_an_incident_or_pages_about_the_open_one() -> None:
    """Both wake the people on call; the second with the text in the thread."""
    page = replace(action(1, "page"), incident=None, text="Moderation: threat on forum")
    assert [(note.reason, note.page) for note in run(page)[1]] == [("opened", True)]
    after = run(signal(0), action(1), replace(page, id="p2"))[1]
    assert [(note.reason, note.page) for note in after[-1:]] == [("paged", True)]
