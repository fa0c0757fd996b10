"""Is a choice, and the way it is made, judged only where neither was made?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.nab.choice import hold_out, interval, leave_out, trust
from benchmarks.nab.rules import PICKINGS, RULES, TEMPERATURES, Evidence, best, centre, choose, neighbourhood, weighted
from benchmarks.nab.series import value

GOOD, BAD = [1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 1.0]
SHAPE = (3, 4, 4)


def evidence(brands: int = 4, seed: int = 1) -> Evidence:
    """Return evidence of nothing: every choice hits and misses at random, in the true series and two copies."""
    chance = np.random.default_rng(seed)
    size = (3, int(np.prod(SHAPE)), brands)
    missed = chance.integers(0, 4, size)
    parts = [(3 - missed) * chance.uniform(0.5, 1, size), missed, chance.uniform(0, 5, size), np.full(size, 3)]
    return Evidence(np.stack(parts, axis=-1), SHAPE)


@pytest.mark.parametrize("brand", range(4))
def test_a_brand_has_no_say_in_its_own_choice_nor_in_how_it_is_made(brand: int) -> None:
    """Whatever a brand's series say, in truth or in copies, the others' trust in each rule and its choice stay."""
    seen, other = evidence(), evidence(seed=2)
    parts = seen.parts.copy()
    parts[:, :, brand] = other.parts[:, :, brand]
    before, after = hold_out(seen), hold_out(replace(seen, parts=parts))
    every = range(len(RULES))
    assert (before.trust[brand] == after.trust[brand]).all()
    assert (before.choices[brand] == after.choices[brand]).all()
    assert before.nested(every)[brand] == after.nested(every)[brand]
    assert (before.trust != after.trust).any(), "it has one in the others'"


def test_each_rule_is_trusted_for_what_it_chose_unseen() -> None:
    """Trust is the score over the brands seen, each judged by the choice of the rest of them, worked out by hand."""
    seen = evidence(3)
    scores = []
    for rule in range(len(RULES)):
        parts = [seen.parts[0, choose(seen.without(brand))[rule], brand] for brand in range(3)]
        scores.append(float(value(np.sum(parts, axis=0))))
    assert trust(seen, leave_out(seen)) == pytest.approx(scores)


def test_what_is_splendid_for_one_brand_alone_is_not_chosen_for_it() -> None:
    """The others do not like it."""
    parts = np.array([[GOOD, BAD, BAD, BAD], [BAD, GOOD, GOOD, GOOD]])[None]
    seen = Evidence(parts, (2,))
    chosen = leave_out(seen)[:, 0]
    assert chosen.tolist() == [1, 1, 1, 1]
    assert seen.of(chosen).tolist() == [BAD, GOOD, GOOD, GOOD]


def test_no_copies_no_rule_that_needs_them() -> None:
    """Without perturbed copies the last rules are left out, and the others choose what they chose."""
    seen = evidence()
    alone = choose(replace(seen, parts=seen.parts[:1]))
    assert len(alone) == len(RULES) - len(PICKINGS)
    assert (alone == choose(seen)[: len(alone)]).all()


def test_the_centre_is_the_median_of_each_parameter() -> None:
    """Two choices of three that agree on a parameter decide it."""
    shape = (2, 3, 2)
    scores = np.zeros(shape)
    scores[0, 0, 0], scores[1, 1, 0], scores[1, 2, 1] = 3, 2, 1
    assert centre(scores.ravel(), shape, 4) == 1 * 6 + 1 * 2


def test_a_lucky_choice_in_bad_company_is_not_the_best_neighbourhood() -> None:
    """A single high score counts less than a plateau."""
    shape = (7, 7)
    scores = np.full(shape, 40.0)
    scores[1:4, 1:4], scores[6, 6] = 60.0, 90.0
    assert best(scores.ravel(), shape) == 6 * 7 + 6
    assert neighbourhood(scores.ravel(), shape, 1) == 2 * 7 + 2


def test_weights_go_from_the_best_to_the_middle_with_the_temperature() -> None:
    """Cold, the best takes all; hot, all weigh alike."""
    scores = evidence().parts[0, :, 0, 0]
    assert weighted(scores, SHAPE, 1e-6) == best(scores, SHAPE)
    hot = np.unravel_index(weighted(scores, SHAPE, 1e6), SHAPE)
    assert all(abs(place - (size - 1) / 2) <= 0.5 for place, size in zip(hot, SHAPE, strict=True))


def test_where_all_brands_agree_on_one_choice_it_is_taken() -> None:
    """By every objective the best is the best, and so is the mean of all weighted by how good they are."""
    parts = np.tile(np.array(BAD), (2, 125, 5, 1))
    parts[:, 62] = GOOD
    found = choose(Evidence(parts, (5, 5, 5))).reshape(-1, len(PICKINGS))
    assert (found[:, 0] == 62).all()
    assert (found[:, -len(TEMPERATURES) :] == 62).all()


def test_equal_brands_leave_no_interval() -> None:
    """Whichever brands are drawn, the score is the same."""
    assert interval(np.tile(np.array(GOOD), (4, 1))) == "100.0–100.0"
