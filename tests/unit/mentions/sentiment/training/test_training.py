"""Do a brand's own labels help where they can, and change nothing where they cannot?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentions.model.batches import NEGATIVE
from mentions.sentiment import Scorer
from mentions.sentiment.training.training import ABUSE_NAMES, MIN_LABELS, Labelled, learn, write

if TYPE_CHECKING:
    from pathlib import Path

SCORER = Scorer()
PLACES = ["gate", "desk", "lounge", "belt", "door", "ramp", "bus", "stand", "floor", "hall"]


def examples(count: int, lang: str = "en") -> list[Labelled]:
    """Return texts in which a word of the trade decides, which the shipped weights do not know."""
    made = []
    for number in range(count):
        place, label = PLACES[number % 10], ("negative", "neutral")[number % 2]
        made.append(Labelled(f"{'flightled' if label == 'negative' else 'boarding'} at {place} {number}", lang, label))
    return made


def test_words_of_the_trade_are_learnt() -> None:
    """Cross-validated recall rises where a new word decides."""
    (lesson,) = learn(examples(200), SCORER)
    assert lesson.lang == "en"
    assert lesson.labels == 200
    assert lesson.after > lesson.before
    assert lesson.after > 0.9


def test_too_few_labels_teach_nothing() -> None:
    """Below the bound, or with one label only, there is no lesson; other languages are left out."""
    assert learn(examples(MIN_LABELS - 1), SCORER) == []
    assert learn([Labelled("fine", "en", "neutral")] * 100, SCORER) == []
    assert learn(examples(200, "de"), SCORER) == []


def test_each_language_has_its_own_lesson() -> None:
    """English labels do not change how French reads."""
    lessons = learn(examples(100) + examples(100, "fr"), SCORER)
    assert [lesson.lang for lesson in lessons] == ["en", "fr"]


def test_what_is_learnt_scores(tmp_path: Path) -> None:
    """The file changes the reading of the word, names its version, and leaves the other language alone."""
    path = tmp_path / "own.npz"
    version = write(path, learn(examples(200), SCORER))
    own = Scorer.with_brand_weights(path)
    assert own.version == f"{SCORER.version}+{version}"
    assert own.analyse("flightled at gate", "en").label == NEGATIVE
    assert SCORER.analyse("flightled at gate", "en").label != NEGATIVE
    assert own.analyse("merci pour tout", "fr") == SCORER.analyse("merci pour tout", "fr")


def test_the_version_is_of_what_was_learnt(tmp_path: Path) -> None:
    """The same labels give the same version, others another."""
    first, again, other = (write(tmp_path / "w.npz", learn(examples(count), SCORER)) for count in (200, 200, 160))
    assert first == again != other


def test_decisions_of_moderation_correct_the_score_of_abuse(tmp_path: Path) -> None:
    """A word that moderators let pass, and one that they do not, which the shipped weights do not know."""
    decided = [
        Labelled(
            f"{'you snargling idiot' if number % 2 else 'killer idiot deal'} at {PLACES[number % 10]} {number}",
            "en",
            ("acceptable", "abusive")[number % 2],
        )
        for number in range(200)
    ]
    (lesson,) = learn(decided, SCORER)
    assert (lesson.names, lesson.labels) == (ABUSE_NAMES, 200)
    assert lesson.after > max(0.9, lesson.before)
    write(tmp_path / "own.npz", [lesson])
    own = Scorer.with_brand_weights(tmp_path / "own.npz")
    for text in ("killer idiot deal at desk", "you snargling idiot at hall"):
        before, after = SCORER.analyse(text, "en"), own.analyse(text, "en")
        assert (after.abuse >= 0.5) == ("snargling" in text), (before, after)
        assert after.label == before.label
        assert abs(after.compound - before.compound) < 0.01
    assert own.analyse("tu es un idiot", "fr") == SCORER.analyse("tu es un idiot", "fr")
