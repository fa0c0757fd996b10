"""Does the shipped scorer tell languages, feelings and abuse, and only add to what it knows?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from msgspec import structs
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from mentions.model.batches import NEGATIVE, NEUTRAL, POSITIVE, UNKNOWN
from mentions.sentiment import Scorer
from mentions.sentiment.language import Evidence, LanguageWeights, decide, is_mixed, is_uncertain
from mentions.sentiment.learned.abuse import abuse_probability
from mentions.sentiment.learned.linear import READ, WHOLE, Linear, combined
from mentions.sentiment.learned.weights import LANES, Weights, save, unpack
from mentions.sentiment.scorer import shipped_weights

if TYPE_CHECKING:
    from pathlib import Path

SCORER = Scorer()
WEIGHTS = shipped_weights()
ABUSE = WEIGHTS.settings["abuse_fr"]


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("My flight was cancelled and nobody told us anything", "en"),
        ("Le réseau est encore en panne ce matin, merci beaucoup", "fr"),
        ("Ich habe gestern ein neues Auto gekauft", None),
        ("No me gusta nada este servicio de mierda", None),
        ("Non funziona niente, sono due ore che aspetto", None),
        ("сегодня опять ничего не работает", None),
        ("今日はとてもいい天気ですね", None),
    ],
)
def test_languages_are_reported(text: str, lang: str | None) -> None:
    """English and French are named, any other is not."""
    assert SCORER.analyse(text).lang == lang


@pytest.mark.parametrize("around", ["{}", "{0}{0}{0}", "Brand {0}{0}", "this company {}"])
@pytest.mark.parametrize("emoji", ["😡", "🤬", "🤮", "👎", "💩", "🖕", "💔", "🤡"])
def test_angry_emoji_are_negative(emoji: str, around: str) -> None:
    """By themselves, several of them, behind the masked name of a brand and behind words that say nothing."""
    reading = SCORER.analyse(around.format(emoji), "en")
    assert reading.label == NEGATIVE
    assert reading.compound < -0.3


@pytest.mark.parametrize("around", ["{}", "{0}{0}{0}", "Brand {0}{0}", "cette boîte {}"])
@pytest.mark.parametrize(("emoji", "label"), [("😡", NEGATIVE), ("🤬", NEGATIVE), ("👎", NEGATIVE), ("🤩", POSITIVE)])
def test_emoji_say_the_same_in_french(emoji: str, label: int, around: str) -> None:
    """What is angry or happy in English is so in French."""
    assert SCORER.analyse(around.format(emoji), "fr").label == label


@pytest.mark.parametrize("text", ["🤩", "Brand 🤩🤩", "👍👍", "❤️", "🔥🔥🔥"])
def test_happy_emoji_are_positive(text: str) -> None:
    """Also those that the English rules know nothing of, or take for a fire."""
    assert SCORER.analyse(text, "en").label == POSITIVE


@pytest.mark.parametrize("emoji", ["🙄", "🚩", "👍👍", "🙏", "💯", "⭐⭐⭐⭐⭐"])
@pytest.mark.parametrize("name", ["Brand", "@BRAND", "brand, brand:"])
@pytest.mark.parametrize("lang", ["en", "fr", None])
def test_a_masked_name_says_nothing_beside_emoji(emoji: str, name: str, lang: str | None) -> None:
    """The name of a brand is no word of a language: what people feel is what the emoji say alone."""
    alone, named = SCORER.analyse(emoji, lang), SCORER.analyse(f"{name} {emoji}", lang)
    assert named.label == alone.label != NEUTRAL
    assert SCORER.analyse_all([f"{emoji} {name}"] * 40, [lang] * 40)[7].label == alone.label


@pytest.mark.parametrize(
    ("text", "label"),
    [("😡😡", NEGATIVE), ("😢", NEGATIVE), ("😱", NEGATIVE), ("Brand 🤩", POSITIVE), ("👎 !", NEGATIVE)],
)
def test_emoji_alone_need_no_language(text: str, label: int) -> None:
    """They are in none, and everybody reads them; alone or among many texts."""
    reading = SCORER.analyse(text)
    assert reading.label == label
    assert SCORER.analyse_all([text] * 40, [None] * 40) == [reading] * 40


@pytest.mark.parametrize(
    "text",
    [
        "no problem at all",
        "not bad at all",
        "can't complain",
        "No problem at all with my order",
        "The new app is not bad at all",
        "Can't complain about the service",
    ],
)
def test_a_denied_complaint_is_none(text: str) -> None:
    """Each word speaks against it, the phrase for it. VADER's own figure stays the package's."""
    reading = SCORER.analyse(text)
    assert reading.label != NEGATIVE
    assert reading.rules == SentimentIntensityAnalyzer().polarity_scores(text)["compound"]


@pytest.mark.parametrize(
    "text", ["Worst service ever, I am so angry", "Quelle honte, service client inexistant et nul"]
)
def test_complaints_are_negative(text: str) -> None:
    """In either language."""
    reading = SCORER.analyse(text)
    assert reading.label == NEGATIVE
    assert reading.compound < -0.3


@pytest.mark.parametrize("text", ["Thank you so much, great crew!", "Merci à toute l'équipe, c'était génial"])
def test_thanks_are_positive(text: str) -> None:
    """In either language."""
    reading = SCORER.analyse(text)
    assert reading.label == POSITIVE
    assert reading.compound > 0.3


@pytest.mark.parametrize(
    ("insult", "plain"), [("you are a stupid idiot", "you are on the list"), ("sale connard", "bon ami")]
)
def test_insults_are_abuse(insult: str, plain: str) -> None:
    """An insult is over the threshold, a plain sentence below it."""
    assert SCORER.analyse(insult, None if insult.startswith("you") else "fr").abuse > 0.5
    assert SCORER.analyse(plain, None if insult.startswith("you") else "fr").abuse < 0.5


def test_a_given_language_is_believed() -> None:
    """The tag of the source beats the guess."""
    assert SCORER.analyse("merci", "en").lang == "en"
    assert SCORER.analyse("merci", "es") == (None, 0.0, UNKNOWN, 0.0, 0.0)


def test_entities_are_what_they_stand_for() -> None:
    """Posts come with &amp; and &#39; in them."""
    assert SCORER.analyse("don&#39;t like it &amp; won&#39;t pay", "en") == SCORER.analyse(
        "don't like it & won't pay", "en"
    )


def test_very_long_texts_are_read_up_to_a_bound() -> None:
    """What comes after the bound changes no learned sum, and sums never overflow."""
    linear = Linear(shipped_weights())
    head = ["idiot!!!"] * READ
    assert linear.sums([*head, "merci"] * 3) == linear.sums(head)
    assert max(map(abs, linear.sums(head))) < 1_000


def test_an_empty_text_has_no_sums() -> None:
    """Nothing is said of nothing."""
    assert set(Linear(shipped_weights()).sums([])) == {0}


def test_languages_need_evidence() -> None:
    """Neither language wins against all others with less than nothing for it; English wins a draw; biases count."""
    assert decide(Evidence(-1.0, -2.0)) is None
    assert decide(Evidence(1.0, 1.0)) == "en"
    assert decide(Evidence(-1.0, 0.5)) == "fr"
    assert LanguageWeights(1.0, 2.0).weigh(0.5, 0.5) == (1.5, 2.5)


def test_mixtures_are_unknown() -> None:
    """A text that goes from one language to the other is in neither."""
    english, french = "I really thought they would call me back", "mais personne ne répond jamais au téléphone chez eux"
    assert (SCORER.analyse(english).lang, SCORER.analyse(french).lang) == ("en", "fr")
    assert SCORER.analyse(f"{english} {french}").label == UNKNOWN
    assert SCORER.analyse(f"{french} {english}").label == UNKNOWN


def test_halves_must_be_clear_and_differ() -> None:
    """Two halves of one language are no mixture, nor is a half that could be either."""
    assert is_mixed(Evidence(9.0, 1.0), Evidence(1.0, 9.0))
    assert not is_mixed(Evidence(9.0, 1.0), Evidence(9.0, 1.0))
    assert not is_mixed(Evidence(9.0, 1.0), Evidence(1.0, 2.0))
    assert not is_mixed(Evidence(9.0, 1.0), Evidence(-9.0, -1.0))
    assert is_uncertain(Evidence(3.0, 1.0))
    assert not is_uncertain(Evidence(30.0, 1.0))


def test_abuse_is_a_chance_that_never_leaves_its_bounds() -> None:
    """It grows with the score, is one half at zero and survives any score."""
    assert abuse_probability(0.0) == 0.5
    assert 0 < abuse_probability(-1e9) < abuse_probability(-1.0) < abuse_probability(1.0) < abuse_probability(1e9) <= 1


@pytest.mark.parametrize("text", ["sale connard", "bon ami", "quelle honte ce service", "idiot"])
def test_a_steeper_chance_is_on_the_same_side_of_the_threshold(text: str) -> None:
    """The slope by which chances of abuse come true moves them away from one half, and none across it."""
    plain, steep = (
        Scorer(structs.replace(WEIGHTS, settings={**WEIGHTS.settings, "abuse_fr": {**ABUSE, "slope": slope}}))
        for slope in (1.0, 2.0)
    )
    before, after = (scorer.analyse(text, "fr").abuse for scorer in (plain, steep))
    assert (after > 0.5) == (before > 0.5)
    assert abs(after - 0.5) > abs(before - 0.5)


def test_weights_survive_the_file(tmp_path: Path) -> None:
    """What is saved is what is loaded."""
    rows = [{"late": [1] * len(LANES)}, {" la": [-1024] * len(LANES)}, {"not good": list(range(len(LANES)))}]
    save(tmp_path / "w.npz", "v", {"a": 1}, rows)
    loaded = Weights.load(tmp_path / "w.npz")
    assert (loaded.version, loaded.settings) == ("v", {"a": 1})
    assert unpack(loaded.words["late"]) == (1,) * len(LANES)
    assert unpack(loaded.grams[" la"]) == (-1024,) * len(LANES)
    assert unpack(loaded.pairs["not good"]) == tuple(range(len(LANES)))


def test_a_file_that_is_none_is_refused_by_name(tmp_path: Path) -> None:
    """The message says which file, and what makes one."""
    path = tmp_path / "other.npz"
    np.savez(path, x=np.zeros(3))
    with pytest.raises(ValueError, match=r"other\.npz: not a file of weights.*tocsin train"):
        Weights.load(path)
    path.write_bytes(b"PK nonsense")
    with pytest.raises(ValueError, match="other"):
        Weights.load(path)


def test_own_weights_only_add() -> None:
    """A correction moves the sums by itself, for words that the shipped weights know and for those they do not."""
    lanes = [0] * len(LANES)
    lanes[2] = 32
    own = Weights(
        "acme", {word: sum(v << 32 * i for i, v in enumerate(lanes)) for word in ("late", "qzxv")}, {}, {}, {}
    )
    base, both = Linear(shipped_weights()), Linear(combined(shipped_weights(), own))
    for word in ("late", "qzxv"):
        before, after = unpack(base.word(word)), unpack(both.word(word))
        assert abs(after[2] - before[2] - 32 * WHOLE) <= WHOLE
        assert all(abs(x - y) <= WHOLE for x, y in zip(before[3:], after[3:], strict=True))


def test_the_version_names_both() -> None:
    """A score tells which weights made it."""
    own = Weights("acme", {}, {}, {}, {})
    assert Scorer(combined(shipped_weights(), own)).version == f"{SCORER.version}+acme"
