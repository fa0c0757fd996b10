"""Does the one line on a lock screen say it all, in both languages?"""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING, get_args

import hypothesis.strategies as st
import pytest
from hypothesis import given
from msgspec.structs import replace

from alerts.incidents.model import Reason
from alerts.rendering.escaping import width
from alerts.rendering.text import (
    HEADLINE_CHARS,
    MESSAGES,
    evidence_text,
    format_duration,
    headline,
    notification_text,
    reply_text,
    supported_language,
)
from detectors.model.signal import SEVERITIES, Contributors, Evidence, Severity
from detectors.registry import ALL, metric_text
from tests.support.alerts import MINUTE, START, Record, action, figures, incident_of, now, run, signal

if TYPE_CHECKING:
    from detectors.model.signal_text import Language

LANGUAGES: tuple[Language, ...] = ("en", "fr")


def test_both_languages_have_the_same_strings_with_the_same_gaps() -> None:
    """A string that exists in one language only would fail at three in the morning."""
    gaps = {
        language: {key: {field for _, field, _, _ in Formatter().parse(text) if field} for key, text in words.items()}
        for language, words in MESSAGES.items()
    }
    assert gaps["en"] == gaps["fr"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_words_for_every_reason_and_severity(language: Language) -> None:
    """Whatever happens can be said."""
    assert {*get_args(Reason), *SEVERITIES} <= set(MESSAGES[language])


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "🟠 Warning acme: 83 negative mentions in 10 min, usually 6 (14×)"),
        ("fr", "🟠 Avertissement acme\u00a0: 83 mentions négatives en 10 min, d’habitude 6 (14×)"),
    ],
)
def test_the_line_says_how_bad_who_what_how_much_and_versus_usual(language: Language, expected: str) -> None:
    """This is all that a phone shows."""
    assert headline(incident_of(signal(0)), language) == expected


def test_a_share_is_stated_in_percent() -> None:
    """61 % is a share, 0.61 is nothing to a manager."""
    share = figures(0.61, 0.18, metric="negative share", threshold=0.4, window_start=figures().window_end - 60 * MINUTE)
    assert evidence_text(share, "en") == "negative share 61% over 1 h, usually 18%"
    assert evidence_text(share, "fr") == "part négative 61\u00a0% sur 1 h, d’habitude 18\u00a0%"


def test_without_history_the_limit_is_named_instead_of_the_usual() -> None:
    """A new brand does not pretend to know what is usual; with history, what has a limit only is no newcomer."""
    assert (
        evidence_text(figures(30, None, history=0), "en") == "30 negative mentions in 10 min, limit 24 (no history yet)"
    )
    assert evidence_text(figures(30, None, history=600), "en") == "30 negative mentions in 10 min, limit 24"


def test_one_is_not_many() -> None:
    """`1 mentions` is not a language."""
    assert evidence_text(figures(1, None, history=600), "en") == "1 negative mention in 10 min, limit 24"
    assert evidence_text(figures(1, None, history=600), "fr") == "1 mention négative en 10 min, seuil 24"


def test_next_to_nothing_is_stated_so() -> None:
    """`usually 0.0 (4,824×)` would help nobody."""
    assert evidence_text(figures(10, 0.002), "en") == "10 negative mentions in 10 min, usually under 1"
    assert evidence_text(figures(10, 0.002), "fr") == "10 mentions négatives en 10 min, d’habitude moins de 1"


def test_a_silence_names_its_channel() -> None:
    """Nought is not a figure that a manager understands."""
    quiet = replace(
        signal(0, detector="no_data", drivers=Contributors(channels=(("forum", 0),))),
        evidence=figures(0, 40, metric="mentions", window_start=START - 180 * MINUTE),
    )
    assert headline(incident_of(quiet), "en") == "🟠 Warning acme: no mention from forum for 3 h, usually 40"
    assert (
        headline(incident_of(quiet), "fr")
        == "🟠 Avertissement acme\u00a0: aucune mention sur forum depuis 3 h, d’habitude 40"
    )


def test_every_figure_that_a_detector_counts_has_its_words() -> None:
    """A detector that is added brings its metric's name in both languages."""
    for language in LANGUAGES:
        for metric in (one for detector in ALL for one in detector.metrics):
            assert metric_text(metric.name, language) == metric.text[language]
            assert (metric.one is None) == metric.name.endswith("share")


def test_once_it_is_over_the_line_gives_the_peak() -> None:
    """The last, small figure would say nothing."""
    over = incident_of(signal(0), signal(1, observed=400), signal(9, observed=70), now(60))
    assert headline(over, "en") == "✅ Resolved acme: 400 negative mentions in 10 min, usually 6 (67×)"


evidences = st.builds(
    Evidence,
    window_start=st.just(0),
    window_end=st.integers(60_000, 30 * 86_400_000),
    metric=st.one_of(st.sampled_from(["mentions", "negative mentions", "negative share"]), st.text(max_size=80)),
    observed=st.floats(0, 1e9),
    expected=st.none() | st.floats(0, 1e9),
    threshold=st.floats(0, 1e9),
    mentions=st.integers(0, 10**9),
    negative=st.integers(0, 10**9),
    history=st.integers(0, 10**6),
)


@given(evidences, st.text(max_size=200), st.sampled_from(LANGUAGES), st.sampled_from(SEVERITIES))
def test_the_line_fits_a_lock_screen_for_any_brand_and_figure(
    evidence: Evidence, brand: str, language: Language, severity: Severity
) -> None:
    """At most 110 characters, whatever is put in, and the brand is never cut away."""
    incident = incident_of(replace(signal(0, severity=severity), evidence=evidence))
    shown = headline(replace(incident, brand=brand), language)
    assert width(shown) <= HEADLINE_CHARS
    assert "\n" not in shown


@pytest.mark.parametrize(
    ("ms", "english", "french"),
    [
        (0, "1 min", "1 min"),
        (59 * MINUTE, "59 min", "59 min"),
        (60 * MINUTE, "1 h", "1 h"),
        (72 * MINUTE, "1 h 12 min", "1 h 12 min"),
        (3 * 1440 * MINUTE, "3 days", "3 jours"),
    ],
)
def test_spans_are_stated_as_people_say_them(ms: int, english: str, french: str) -> None:
    """Minutes, then hours, then days."""
    assert (format_duration(ms, "en"), format_duration(ms, "fr")) == (english, french)


def test_an_unknown_language_is_english() -> None:
    """A page in the wrong language is better than none."""
    assert supported_language("de") == "en"


def test_replies_say_what_changed() -> None:
    """Each reply of a life reads as a sentence of its own."""
    records: list[Record] = [
        signal(0),
        signal(1, severity="critical"),
        signal(9, detector="volume_spike", start=9),
        action(10, "resolve"),
    ]
    _, life = run(*records)
    assert [reply_text(n, "en", fact=notification_text(n, "en"), actor="Ada") for n in life] == [
        "Opened: 83 negative mentions in 10 min, usually 6 (14×)",
        "Now critical: 83 negative mentions in 10 min, usually 6 (14×)",
        "Also: 83 negative mentions in 10 min, usually 6 (14×)",
        "Resolved by Ada after 10 min. Peak: 83 negative mentions in 10 min, usually 6 (14×)",
    ]


def test_absurd_figures_do_not_push_the_line_over_its_limit() -> None:
    """Even a number of three hundred digits."""
    absurd = replace(signal(0), evidence=figures(1e300, 1e-300))
    assert width(headline(incident_of(absurd), "fr")) <= HEADLINE_CHARS
