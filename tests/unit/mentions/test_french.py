"""Does the French scorer follow its rules?"""

from __future__ import annotations

import pytest

from mentions.sentiment.french import French, words
from mentions.sentiment.vader.emoji import feelings

FRENCH = French()


def compound(text: str) -> float:
    """Return how a text feels."""
    return FRENCH.compound(text, text.split())


@pytest.mark.parametrize("text", ["service génial", "c'est excellent", "merci beaucoup", "j'adore", "❤ bravo"])
def test_good_words_are_good(text: str) -> None:
    """A text with a good word and no more is positive."""
    assert compound(text) > 0.2


@pytest.mark.parametrize(
    "text", ["service nul", "une honte", "quelle arnaque", "d'horribles vacances", "😡 scandaleux"]
)
def test_bad_words_are_bad(text: str) -> None:
    """A text with a bad word and no more is negative, also behind an elided article."""
    assert compound(text) < -0.2


@pytest.mark.parametrize(
    ("plain", "denied"),
    [
        ("c'est bon", "ce n'est pas bon"),
        ("j'aime", "je n'aime pas"),
        ("il marche bien", "il ne marche plus bien"),
        ("un bon service", "aucun bon service"),
        ("content", "jamais content"),
        ("je recommande", "je ne recommande vraiment pas"),
    ],
)
def test_negation_turns_a_word(plain: str, denied: str) -> None:
    """Before the word, after it, and on both sides of it."""
    assert compound(plain) > 0 > compound(denied)


def test_plus_denies_only_with_ne() -> None:
    """*plus beau* is more beautiful, *n'est plus beau* is beautiful no more."""
    assert compound("il est plus beau") > 0
    assert compound("il n'est plus beau") < 0


def test_boosters_push_and_dampers_hold_back() -> None:
    """*très* makes good better and bad worse; *plutôt* does the opposite."""
    assert compound("très bon") > compound("bon") > compound("plutôt bon")
    assert compound("très nul") < compound("nul") < compound("plutôt nul")


def test_a_booster_far_away_pushes_less() -> None:
    """The push is damped with each word between."""
    assert compound("vraiment bon") > compound("vraiment un bon") > compound("vraiment un si-si bon")


def test_what_follows_mais_counts_more() -> None:
    """The word after *mais* wins over an equally strong one before it."""
    assert compound("joli mais difficile") < 0 < compound("difficile mais joli")


def test_capitals_stand_out_unless_all_is_shouted() -> None:
    """A word in capitals weighs more, but not in a text of nothing else."""
    assert compound("service NUL") < compound("service nul")
    assert compound("SERVICE NUL") == compound("service nul")


def test_exclamation_marks_add_to_what_is_there() -> None:
    """They make good better and bad worse, and nothing out of nothing."""
    assert compound("bravo !!!") > compound("bravo")
    assert compound("honte !!!") < compound("honte")
    assert compound("train !!!") == 0


@pytest.mark.parametrize("text", ["", "le train de 8 h", "http://x.y @qui", "12 %", "l' ' d'"])
def test_a_text_without_feeling_words_is_zero(text: str) -> None:
    """Nothing said, nothing felt; nothing breaks either."""
    assert compound(text) == 0


def test_curly_apostrophes_are_apostrophes() -> None:
    """Phones type ’ where keyboards type '."""
    assert compound("je n’aime pas") == compound("je n'aime pas")


def test_the_table_is_sound() -> None:
    """Every word is in lower case and every valence on VADER's scale, none of them zero."""
    table = words()
    assert len(table) > 3_000
    assert all(word == word.lower() and word.strip() == word for word in table)
    assert all(0 < abs(valence) <= 4 for valence in table.values())


def test_memory_never_shows() -> None:
    """A fresh instance says the same."""
    texts = ["pas mal du tout", "NUL et archi nul", "ne plus jamais, merci"]
    assert [French().compound(text, text.split()) for text in texts] == list(map(compound, texts))


@pytest.mark.parametrize(
    "text",
    [
        "Rien. Honteux.",
        "toujours rien, honteux",
        "Aucune réponse, honteux",
        "jamais livré, arnaque",
        "plus de réponse... lamentable",
        "pas de bateau ! Scandaleux !",
        "toujours rien reçu, service nul",
    ],
)
def test_a_negation_ends_at_punctuation(text: str) -> None:
    """What comes after a comma or a full stop is a statement of its own: a complaint stays one."""
    assert compound(text) < -0.2


@pytest.mark.parametrize(
    ("plain", "denied"),
    [("bon", "pas «bon»"), ("cher, bon", "cher, pas bon"), ("service, bon", "ce n'est, hélas, pas bon")],
)
def test_a_negation_holds_between_two_signs(plain: str, denied: str) -> None:
    """Quotation marks end nothing, and what stands before a comma does not keep a later negation out."""
    assert compound(plain) > 0 > compound(denied)


def test_a_booster_ends_at_punctuation() -> None:
    """*Trop, nul* does not make worse what comes after."""
    assert compound("trop. nul") == compound("rue. nul") > compound("trop nul")


@pytest.mark.parametrize("emoji", feelings())
def test_every_emoji_of_the_table_counts(emoji: str) -> None:
    """Behind a word without feeling, each says what the table gives it, with its sign."""
    assert compound(f"réponse {emoji}") * feelings()[emoji] > 0
