"""Does a card stay within the room that Slack gives?"""

from __future__ import annotations

from alerts.rendering.slack_blocks import CARD_CHARS, context, fields, header, section, size, truncate_to_limits
from tocsin.demo.fake_slack.block_kit import block_errors, validation_error


def test_parts_are_cut_to_what_slack_takes() -> None:
    """Every kind of block keeps its own limit."""
    for block in (header("x" * 999), section("x" * 9999), fields(["x" * 9999] * 20), context("x" * 9999)):
        assert block_errors(block) == []


def test_what_matters_least_is_left_out_first_and_the_order_kept() -> None:
    """A card that is too long loses its last examples, not its headline."""
    head, example, foot = header("head"), section("é" * 2900), context("foot")
    chosen = truncate_to_limits([(0, head), (2, example), (2, example), (1, foot)])
    assert chosen == [head, foot]
    small = section("é" * 100)
    assert truncate_to_limits([(0, head), (2, example), (3, small), (1, foot)]) == [head, small, foot]
    assert size(chosen) <= CARD_CHARS


def test_fifty_blocks_are_the_most() -> None:
    """The fifty-first is left out."""
    assert len(truncate_to_limits([(0, context("x"))] * 60)) == 50


def test_the_validator_refuses_what_slack_refuses() -> None:
    """A validator that accepts everything would prove nothing."""
    text = {"text": "x"}
    long = section("x")
    long["text"]["text"] = "x" * 3001
    assert validation_error({}) == "no_text"
    assert validation_error(text | {"blocks": [context("x")] * 51}) == "invalid_blocks"
    assert validation_error(text | {"blocks": [long]}) == "invalid_blocks"
    assert validation_error(text | {"blocks": [{"type": "sectoin"}]}) == "invalid_blocks"
    assert validation_error(text | {"blocks": [section("x" * 2900)] * 5}) == "msg_blocks_too_long"
    assert validation_error({"text": "x" * 4001}) == "msg_too_long"
    assert validation_error(text | {"metadata": {"event_type": ""}}) == "invalid_metadata_format"
    assert validation_error(text | {"blocks": [header("x")]}) == ""
