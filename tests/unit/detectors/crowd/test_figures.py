"""Figures of a crowd tell few accounts, one text and many voices apart."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from detectors.crowd.figures import FEW, MAX_ACCOUNTS, Sample, Timing, accounts_to_leave_out, describe
from detectors.crowd.post import NO_KEY, Post
from detectors.crowd.sharing import sharing_accounts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detectors.model.crowd import Crowd

ANY_TIMING = Timing(0.2, None)


def post(author: int, at: int = 0, text: int = NO_KEY, link: int = NO_KEY) -> Post:
    """Return a negative post."""
    return Post(at, author, text, link, -1, -5_000, 0)


def described(sample: Sample, names: Mapping[int, str] | None = None) -> Crowd:
    """Return the figures, with nothing known of the times before."""
    return describe(sample, accounts_to_leave_out(sample.posts), None, ANY_TIMING, None, names or {})


def pattern(posts: list[Post], expected: float = 0.0) -> str:
    """Return the shape that is told of posts."""
    return described(Sample(posts, len(posts), expected)).pattern


def background(dice: random.Random, posts: int) -> list[Post]:
    """Return posts of the usual kind: most authors write once, some twice or three times."""
    return [
        post(dice.randrange(1_000, 1_000 + 2 * posts), dice.randrange(600), text=dice.getrandbits(32))
        for _ in range(posts)
    ]


@pytest.mark.parametrize("usual", [0, 60, 400])
def test_twelve_accounts_differ_from_a_crowd_whatever_the_background(usual: int) -> None:
    """240 mentions by 12 accounts and by 240 authors, in 20 seeds of 20, on streams that are calm or busy."""
    for seed in range(20):
        dice = random.Random(seed)
        around = background(dice, usual)
        few = [post(1 + place % 12, dice.randrange(600), text=dice.getrandbits(32)) for place in range(240)]
        many = [post(1 + place, dice.randrange(600), text=dice.getrandbits(32)) for place in range(240)]
        assert pattern([*around, *few], usual) == "few_accounts"
        assert pattern([*around, *many], usual) == "crowd"


def test_the_effective_number_follows_the_weights() -> None:
    """Twelve accounts of twenty mentions weigh as twelve, five of them wrote five twelfths."""
    found = described(Sample([post(1 + place % 12) for place in range(240)], 240, 0.0), {1: "ann"})
    assert (found.authors, found.effective, found.top_five) == (12, 12.0, round(5 / 12, 4))
    assert len(found.busiest) == 12
    assert ("ann", 20) in found.busiest


def test_a_retweet_storm_and_a_petition_are_one_text_of_many_people() -> None:
    """Everyone shares the same text, within seconds of others: a storm, which is no brigade."""
    storm = [post(1 + place, place // 4, text=7, link=9) for place in range(240)]
    found = described(Sample(storm, 240, 0.0))
    assert (found.pattern, found.copies, found.sharing, found.sharing_again) == ("copies", 239, 240, 0)


def test_a_pair_that_shares_two_texts_within_seconds_repeats_itself() -> None:
    """A text with its link is one object; two texts within ten seconds of the same other account are two."""
    posts = [post(1, 0, 7, 9), post(2, 5, 7, 9), post(3, 9, 7), post(1, 100, 8), post(2, 110, 8), post(3, 121, 8)]
    assert sharing_accounts(posts) == ({1, 2, 3}, {1, 2})


def test_unknown_authors_are_nobody() -> None:
    """Mentions without an author make no account, and with too few known ones no shape is told."""
    found = described(Sample([post(NO_KEY)] * 50, 80, 0.0))
    assert (found.authors, found.unknown, found.effective, found.pattern) == (0, 50, 0.0, "unclear")
    assert (found.mentions, found.sampled) == (80, 50)


def test_whose_absence_is_looked_at() -> None:
    """Accounts of three mentions or more, at most MAX_ACCOUNTS; else the FEW busiest of many; of a handful nobody."""
    assert accounts_to_leave_out([post(1 + place % 40) for place in range(120)]) == list(range(1, MAX_ACCOUNTS + 1))
    assert accounts_to_leave_out([post(1 + place) for place in range(20)]) == list(range(1, FEW + 1))
    assert accounts_to_leave_out([post(1), post(2)]) == []
