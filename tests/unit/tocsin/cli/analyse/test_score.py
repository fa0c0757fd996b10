"""Does `tocsin score` keep its contract, line by line?"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[5]


def tocsin(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, "-P", "-m", "tocsin", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, input=given)


def scored(*mentions: Mapping[str, object]) -> list[dict[str, object]]:
    """Return what the command says of mentions."""
    done = tocsin("score", given="\n".join(map(json.dumps, mentions)))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_line_for_each_in_order() -> None:
    """Each line has the promised fields, ids come back as they are, in order."""
    found = scored(
        {"id": 7, "text": "Two hours late, worst service ever"},
        {"id": "b", "text": "Merci beaucoup, c'était génial"},
        {"id": 3.5, "text": "Das Wetter in Berlin ist heute schön", "lang": "de-DE"},
    )
    assert [line["id"] for line in found] == [7, "b", 3.5]
    assert [line["lang"] for line in found] == ["en", "fr", "de"]
    assert [line["label"] for line in found] == ["negative", "positive", "unknown"]
    assert all(list(line) == ["id", "lang", "vader", "compound", "label", "abuse"] for line in found)
    assert found[2]["compound"] == 0


def test_vader_is_the_packages_whatever_the_language() -> None:
    """Also for French, and before the brand's name is masked."""
    stock = SentimentIntensityAnalyzer()
    texts = ["United is GREAT!!!", "Quelle horrible journée, but nice", "Das ist super"]
    found = scored(*({"id": text, "text": text, "brand": "United"} for text in texts))
    assert [line["vader"] for line in found] == [stock.polarity_scores(text)["compound"] for text in texts]


def test_a_brands_name_carries_no_sentiment() -> None:
    """*Free* the operator is not free of charge."""
    named, other = scored(
        {"id": 1, "text": "chez Free", "lang": "en", "brand": "Free"}, {"id": 2, "text": "chez Free", "lang": "en"}
    )
    assert named["compound"] < other["compound"]  # type: ignore[operator]


def test_bad_lines_are_named_and_the_rest_is_scored() -> None:
    """The exit code is 1, each bad line is told with its number and reason, and the others are there."""
    lines = [
        "nope",
        '{"id": 1, "text": "good"}',
        '{"id": 2}',
        '{"text": "x"}',
        '{"id": 3, "text": 4}',
        "[]",
        "",
        '{"id": 9, "text": "bad"}',
        '{"id": 4, "text": 5, "text": "twice"}',
        '{"id": 5, "text": "x", "lang": ["en"]}',
    ]
    done = tocsin("score", given="\n".join(lines))
    assert done.returncode == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1, 9]
    reported = done.stderr.splitlines()
    assert [line.split(":")[0] for line in reported] == [f"line {number}" for number in (1, 3, 4, 5, 6, 9, 10)]
    assert "text is missing" in reported[1]
    assert "id is missing" in reported[2]
    assert "stands there twice" in reported[5]
    assert "lang is list" in reported[6]
    assert "text is int" in reported[3]


def test_labels_teach_and_are_used(tmp_path: Path) -> None:
    """`train` says before and after and writes a file with which `score` reads the word of the trade as labelled."""
    rows = [
        f"{'flightled' if n % 2 else 'boarding'} at gate {n},{'negative' if n % 2 else 'neutral'}" for n in range(120)
    ]
    labels, out = tmp_path / "labels.csv", tmp_path / "own.npz"
    labels.write_text("\n".join(["text,label,lang", *(f"{row},en" for row in rows)]), encoding="utf-8")
    trained = tocsin("train", str(labels), "--out", str(out), "--json")
    assert trained.returncode == 0, trained.stderr
    figures = json.loads(trained.stdout)
    assert figures["labels"] == 120
    assert figures["after"] > figures["before"]
    mention = json.dumps({"id": 1, "text": "flightled at gate", "lang": "en"})
    assert json.loads(tocsin("score", "--weights", str(out), given=mention).stdout)["label"] == "negative"


def test_labels_that_cannot_teach_are_reported(tmp_path: Path) -> None:
    """A wrong label names its line; too few are told; nothing is written."""
    labels, out = tmp_path / "labels.jsonl", tmp_path / "own.npz"
    labels.write_text('{"text": "a", "label": "great"}\n', encoding="utf-8")
    wrong = tocsin("train", str(labels), "--out", str(out))
    assert wrong.returncode == 2
    assert "labels.jsonl:1" in wrong.stderr
    labels.write_text('{"text": "late again", "label": "negative", "lang": "en"}\n', encoding="utf-8")
    few = tocsin("train", str(labels), "--out", str(out))
    assert few.returncode == 1
    assert "1 labels" in few.stderr
    assert not out.exists()


def test_a_file_that_holds_no_weights_is_refused(tmp_path: Path) -> None:
    """Exit code 2 and the remedy, no traceback."""
    path = tmp_path / "w.npz"
    path.write_text("x", encoding="utf-8")
    done = tocsin("score", "--weights", str(path), given='{"id": 1, "text": "x"}')
    assert done.returncode == 2
    assert "tocsin train" in done.stderr
    assert "Traceback" not in done.stderr
