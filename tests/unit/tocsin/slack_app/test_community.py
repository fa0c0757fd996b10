"""Community in Slack: `/tocsin community` for those who may act, and a list on the first of the month."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from community.ledger import DAY, Ledger, Written, add
from community.notes import Note
from config.brands.model import Brand
from tests.support.delivery import until
from tests.support.slack_app import slack_app
from tocsin.demo.fake_slack.block_kit import validation_error
from tocsin.slack_app.reports.community_list import (
    KnownCommunity,
    Wanted,
    build_monthly_list,
    community_text,
    parse_wanted,
)
from tocsin.slack_app.reports.scheduler import due_lists

if TYPE_CHECKING:
    from tocsin.demo.fake_slack.server import FakeSlack

TODAY = 20_700
FIRST_OF_MONTH = 1_796_119_200_000
"""2026-12-01 10:00 UTC."""

BRAND = Brand.model_validate(
    {"name": "acme", "slack_channel": "C0000001", "community": {"enabled": True, "monthly": "09:00"}}
)


def known() -> KnownCommunity:
    """Return what is kept of a fan, a critic, somebody hostile in spelling, and one who wants no contact."""
    ledger = Ledger()
    written = [
        Written(
            100 * day + place,
            author,
            (TODAY - 20 + 4 * day) * DAY + place,
            label,
            50 * label,
            0,
            abusive=False,
            text=place,
        )
        for day in range(5)
        for place, (author, label) in enumerate(
            [("fan", 1), ("@critic", -1), ("<!channel> *x*", 1), ("shy", 1), ("fan", 1), ("shy", 1)]
        )
    ]
    for place, one in enumerate(written):
        add(ledger, (0, place, 0), [one], frozenset(), 512)
    notes = {
        "fan": Note("fan", "U1", 1, "ambassador", "private text"),
        "shy": Note("shy", "U1", 1, "do not contact"),
    }
    return KnownCommunity([ledger], notes)


def test_a_view_is_asked_for_in_words() -> None:
    """In any order after the brand; what is neither view nor span is the brand's name."""
    assert parse_wanted(["acme", "7", "allies"]) == (["acme"], Wanted("allies", 7))
    assert parse_wanted(["Bus", "31"]) == (["Bus", "31"], Wanted())


def test_an_answer_shows_counts_and_tags_and_never_a_note() -> None:
    """Names from outside ping nobody."""
    shown = community_text(BRAND, known(), Wanted("allies"), "https://t.example")
    assert "• fan: 10 mentions on 5 days, 94% positive, 6% negative · ambassador" in shown
    assert "<!channel>" not in shown
    assert "critic" not in shown
    assert "private text" not in shown
    empty = community_text(BRAND, KnownCommunity(), Wanted("helpers", 7), "")
    assert "Nobody who wrote on three different days" in empty
    french = community_text(replace_language(BRAND), known(), Wanted("critics"), "")
    assert "critiques" in french


def replace_language(brand: Brand) -> Brand:
    """Return a brand whose alerts are French."""
    return brand.model_copy(update={"language": "fr"})


def test_the_monthly_list_leaves_out_who_wants_no_contact() -> None:
    """Views that ask for something to be done, and no abusive author named to a channel."""
    message = build_monthly_list("c", BRAND, known())
    text = str(message.blocks)
    assert validation_error({"text": message.text, "blocks": message.blocks}) == ""
    assert "fan" in text
    assert "critic" in text
    assert "shy" not in text
    assert [one.name for one in due_lists([BRAND], FIRST_OF_MONTH)] == ["community 2026-12-01 acme"]
    assert due_lists([BRAND], FIRST_OF_MONTH + 86_400_000) == []
    assert due_lists([Brand.model_validate({"name": "b", "slack_channel": "C1234567"})], FIRST_OF_MONTH) == []


def answered(slack: FakeSlack, count: int) -> bool:
    """Return whether so many answers have come."""
    return len(slack.ephemeral_texts) >= count


async def test_only_responders_are_answered() -> None:
    """Who writes about a brand is for those who act on it; a brand without a community says how to have one."""
    brand = BRAND.model_copy(update={"responders": ("U0ANA",)})
    async with slack_app(brand, Brand(name="zeta")) as app:
        app.community = known()
        for user, text in [
            ("U0ANA", "community acme allies"),
            ("U0BEN", "community acme"),
            ("U0ANA", "community"),
            ("U0ANA", "community zeta"),
            ("U0ANA", "community nobody 7"),
        ]:
            count = len(app.slack.ephemeral_texts)
            await app.slack.user(user).run_command(text)
            await until(partial(answered, app.slack, count + 1))
        allowed, refused, which, off, unknown = app.slack.ephemeral_texts
    assert "fan: 10 mentions" in allowed
    assert "fan" not in refused
    assert "Which brand?" in which
    assert "community: {enabled: true}" in off
    assert "nobody" in unknown
