"""Does a finding read like a sentence, in both languages?"""

from __future__ import annotations

import pytest

from detectors.model.signal import Contributors, Evidence, Signal
from detectors.model.signal_text import Language, format_minutes, format_number, format_percent, format_time_of_day
from detectors.registry import ALL, BY_NAME, label

HOUR = 3_600_000


def signal(detector: str, metric: str, observed: float, expected: float | None, minutes: int = 10) -> Signal:
    """Return a finding over the minutes before 12:00."""
    end = 470_004 * HOUR
    evidence = Evidence(
        window_start=end - minutes * 60_000,
        window_end=end,
        metric=metric,
        observed=observed,
        expected=expected,
        threshold=0.2,
        mentions=100,
        negative=50,
        history=0,
        extra={"since": float(end - 3 * HOUR), "five_authors": 0.7, "brigade": 1.0, "compound": -0.4},
    )
    return Signal(
        "acme", detector, end, 0, "raised", "warning", end, 1, evidence, Contributors(channels=(("forum", 0),))
    )


@pytest.mark.parametrize(
    ("found", "english", "french"),
    [
        (
            signal("negative_spike", "negative mentions", 83, 6.2),
            "83 negative mentions in 10 minutes, usually 6.2",
            "83 mentions négatives en 10 minutes, d’habitude 6,2",
        ),
        (
            signal("negative_spike", "negative mentions", 12, None),
            "12 negative mentions in 10 minutes, no history yet",
            "12 mentions négatives en 10 minutes, pas encore d’historique",
        ),
        (
            signal("negative_share", "negative share", 0.61, 0.18, 60),
            "negative share 61% in 60 minutes, usually 18%",
            "part négative de 61\u00a0% en 60 minutes, d’habitude 18\u00a0%",
        ),
        (
            signal("volume_spike", "mentions", 12_345, 300, 720),
            "12,345 mentions in 12 hours, usually 300",
            "12\u202f345 mentions en 12 heures, d’habitude 300",
        ),
        (
            signal("no_data", "mentions", 0, 40, 180),
            "no mentions from forum for 3 hours, usually 40",
            "aucune mention sur forum depuis 3 heures, d’habitude 40",
        ),
        (
            signal("sentiment_drift", "negative share", 0.4, 0.2, 180),
            "negative share 40% in 3 hours, usually 20%: rising since 09:00 UTC",
            "part négative de 40\u00a0% en 3 heures, d’habitude 20\u00a0% : en hausse depuis 09:00 UTC",
        ),
        (
            signal("static_threshold", "mentions", 50, None),
            "50 mentions in 10 minutes, limit 0.2",
            "50 mentions en 10 minutes, seuil 0,2",
        ),
        (
            signal("abuse", "abusive share", 0.34, None, 60),
            "abusive share 34% in 60 minutes, limit 20%; five authors wrote 70% of them: possibly coordinated",
            (
                "part injurieuse de 34\u00a0% en 60 minutes, seuil 20\u00a0% ; cinq auteurs en ont écrit 70\u00a0%"
                " : action coordonnée possible"
            ),
        ),
    ],
)
def test_findings_read_as_a_manager_would_say_them(found: Signal, english: str, french: str) -> None:
    """One sentence, what and how much and against what."""
    explain = BY_NAME[found.detector].explain
    assert explain(found, "en") == english
    assert explain(found, "fr") == french


@pytest.mark.parametrize("detector", ALL, ids=lambda detector: detector.name)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_detector_speaks_both_languages(detector: object, language: Language) -> None:
    """No detector is mute, and none speaks on more than one line."""
    name = getattr(detector, "name", "")
    reported = BY_NAME[name].explain(signal(name, "mentions", 5, 1), language)
    assert reported
    assert "\n" not in reported


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_detector_has_a_title_of_its_own(language: Language) -> None:
    """A person chooses by what is found, not by what the code calls it, and never between two of one name."""
    titles = [label(detector.name, language) for detector in ALL]
    assert None not in titles
    assert len(set(titles)) == len(ALL)
    assert label("<!channel>", language) is None


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [(0, "0", "0"), (4.12, "4.1", "4,1"), (9.96, "10.0", "10,0"), (1234.4, "1,234", "1\u202f234"), (7.0, "7", "7")],
)
def test_numbers_are_written_as_the_language_writes_them(value: float, english: str, french: str) -> None:
    """A decimal below ten, thousands apart."""
    assert (format_number(value, "en"), format_number(value, "fr")) == (english, french)


def test_spans_shares_and_times_of_day() -> None:
    """Singular and plural, per cent with its space in French, and the clock in UTC."""
    assert (format_minutes(60_000, "en"), format_minutes(3 * HOUR, "fr")) == ("1 minute", "3 heures")
    assert format_minutes(90 * 60_000, "en") == "90 minutes"
    assert (format_percent(0.5, "en"), format_percent(0.5, "fr")) == ("50%", "50\u00a0%")
    assert format_time_of_day(90 * 60_000) == "01:30"
