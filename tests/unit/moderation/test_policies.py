"""Policies on invented sentences: what each flags in English and French, by which words, and what it leaves alone."""

from __future__ import annotations

import pytest

from moderation.policies.model import SEVERITIES, Reading
from moderation.policies.registry import POLICIES, judge
from moderation.terms.table import LANGUAGES, load_terms

FLAGGED = [
    ("threat", "en", "I will find you and kill you", "I will find you and kill you"),
    ("threat", "en", "Someone should burn down your offices", "burn down your offices"),
    ("threat", "en", "we know where your kids live", "we know where your kids live"),
    ("threat", "fr", "Je vais te tuer", "Je vais te tuer"),
    ("threat", "fr", "On sait où tu habites, fais gaffe à toi", "On sait où tu habites"),
    ("threat", "fr", "faut cramer vos bureaux", "cramer vos bureaux"),
    ("hate", "en", "I hate refugees, they ruin the trains", "hate"),
    ("hate", "en", "Those immigrants are v3rm1n", "v3rm1n"),
    ("hate", "en", "Look at the migrants. They should be shot.", "shot"),
    ("hate", "fr", "Les réfugiés sont des parasites", "parasites"),
    ("hate", "fr", "Les immigrés ne méritent pas de vivre ici", "méritent pas"),
    ("sexual", "en", "send me your nudes", "send me your nudes"),
    ("sexual", "fr", "envoie-moi des nudes", "envoie-moi des nudes"),
    ("doxxing", "en", "The manager's home address is 14 Mill Lane, go and see her", "14 Mill Lane"),
    ("doxxing", "fr", "Voici son numéro : 06 12 34 56 78", "06 12 34 56 78"),
    ("spam", "en", "Best prices, order now at https://shop.example", "Best prices"),
    ("spam", "fr", "Code promo et livraison offerte !", "Code promo"),
    ("scam", "en", "I recovered my hacked account, message him on Telegram @fixer", "message him on Telegram"),
    ("scam", "fr", "Gains garantis, contactez-moi sur WhatsApp +33 6 12 34 56 78", "Gains garantis"),
]

LEFT_ALONE = [
    ("threat", "en", "this queue is killing me"),
    ("threat", "en", 'A driver was told "I will kill you" and that is unacceptable'),
    ("threat", "fr", "je vais tuer le temps à la gare"),
    ("hate", "en", "I don't hate refugees at all"),
    ("hate", "en", "I love my gay friends"),
    ("hate", "en", "Saying that refugees are vermin is racist"),
    ("hate", "en", "No woman deserves to die like this"),
    ("hate", "en", "I hate this app, it is trash"),
    ("hate", "fr", "J'adore les réfugiés de mon quartier"),
    ("hate", "fr", "Dire que les femmes sont inférieures, c'est sexiste"),
    ("hate", "fr", "ce train est une poubelle"),
    ("sexual", "en", "the sex education act was debated"),
    ("doxxing", "en", "Our hotline: +44 20 7946 0000, open until ten"),
    ("doxxing", "fr", "La boutique est au 12 rue du Port, ouverte le lundi"),
    ("spam", "en", "the casino scene in that film"),
    ("scam", "en", "how do I recover my account?"),
    ("scam", "fr", "mon investissement a perdu de la valeur"),
]


@pytest.mark.parametrize(("policy", "language", "text", "words"), FLAGGED)
def test_a_policy_flags_and_shows_the_words(policy: str, language: str, text: str, words: str) -> None:
    """What is shown is a part of the text as its author wrote it."""
    finding = judge(Reading(text, language, 0.0))[policy]
    assert finding.severity in SEVERITIES
    assert words in {text[span.start : span.end] for span in finding.spans} or any(
        words in text[span.start : span.end] for span in finding.spans
    )


@pytest.mark.parametrize(("policy", "language", "text"), LEFT_ALONE)
def test_a_policy_leaves_ordinary_talk_alone(policy: str, language: str, text: str) -> None:
    """Reports, denials, figures of speech and shops' addresses are not what the policies are about."""
    assert policy not in judge(Reading(text, language, 0.0))


def test_a_text_of_unknown_language_is_read_with_both_tables() -> None:
    """A mixture is no way around the policies; a language without a table is left alone."""
    assert "threat" in judge(Reading("ok je vais te tuer", None, 0.0))
    assert not judge(Reading("je vais te tuer", "es", 0.0))


@pytest.mark.parametrize(("abuse", "severity"), [(0.49, None), (0.5, "low"), (0.95, "medium")])
def test_an_insult_is_what_the_score_says(abuse: float, severity: str | None) -> None:
    """The brand's threshold decides, and a very high score is more severe."""
    found = judge(Reading("what an idiot", "en", abuse)).get("insult")
    assert (None if found is None else found.severity) == severity


def test_a_threshold_of_a_brand_counts() -> None:
    """A brand that wants fewer raises it."""
    assert "insult" not in judge(Reading("what an idiot", "en", 0.7, threshold=0.8))


def test_only_named_policies_judge() -> None:
    """A brand may switch policies off."""
    assert not judge(Reading("I will kill you", "en", 0.0), ["spam"])


def test_threats_and_doxxing_page_and_nothing_else_does() -> None:
    """People are woken for people in danger."""
    assert {name for name, policy in POLICIES.items() if policy.pages} == {"threat", "doxxing"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_term_of_a_table_is_empty_or_matches_nothing(language: str) -> None:
    """An empty term would flag every text."""
    for policy in POLICIES.values():
        assert policy.find(Reading("", language, 0.0)) is None
        assert policy.find(Reading("le train de midi est arrivé, the noon train is here", language, 0.0)) is None
    assert all(load_terms(language).groups)
