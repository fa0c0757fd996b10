"""A detector is added in one file and one line of the registry, and everything else follows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what an installation says about a detector of which only the file and the line were added."""
    folder = tmp_path_factory.mktemp("toy")
    package = folder / "detectors"
    shutil.copytree(ROOT / "detectors", package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "tests/support/toy_detector.py", package / "neutral_share.py")
    registry = (package / "registry.py").read_text("utf-8")
    registry = registry.replace("    no_data.DETECTOR,\n", "    no_data.DETECTOR,\n    neutral_share.DETECTOR,\n")
    registry = registry.replace("    negative_spike,\n", "    negative_spike,\n    neutral_share,\n", 1)
    (package / "registry.py").write_text(registry, "utf-8")
    command = [sys.executable, "-P", "-m", "tests.support.toy_tour", str(folder)]
    environment = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])  # log lines come before
    return found


def test_it_is_configured(tour: dict[str, Any]) -> None:
    """Its section is read and checked, stands in the schema, and its main parameters may be overridden."""
    configured = tour["configured"]
    assert (configured["value"], configured["overridden"]) == (0.95, 0.5)
    (error,) = configured["errors"]
    assert error.startswith("b.yaml:4:34 brands[0].detect.neutral_share.min_share = 1.5: must be ≤ 1")
    assert configured["schema"]["maximum"] == 1.0
    assert tour["overridable"] == ["detect.neutral_share.min_mentions", "detect.neutral_share.min_share"]
    shown = [" ".join(one.split()) for one in tour["slack"]]  # whatever space French typography takes
    assert shown == ["Personne n’a d’avis : part neutre", "Personne n’a d’avis : nombre minimal de mentions"]


def test_it_fires_through_the_whole_pipeline(tour: dict[str, Any]) -> None:
    """It opens an incident whose line names its figure in both languages."""
    assert tour["fired"]["detectors"] == ["neutral_share"]
    assert "Hallowfirth: neutral share " in tour["fired"]["lines"]["en"]
    assert "part neutre " in tour["fired"]["lines"]["fr"]


def test_it_is_explained_in_both_languages(tour: dict[str, Any]) -> None:
    """The sentence and the label are its own."""
    assert tour["explained"] == {
        "en": "neutral share 100% in 10 minutes, limit 99%",
        "fr": "part neutre de 100\u00a0% en 10 minutes, seuil 99\u00a0%",
    }
    assert tour["labels"] == {"en": "Nobody has an opinion", "fr": "Personne n’a d’avis"}


def test_it_is_tuned(tour: dict[str, Any]) -> None:
    """What it scales and the values it names are among the candidates."""
    assert tour["tuned"] == ["detect.neutral_share.min_mentions", "detect.neutral_share.min_share"]


def test_it_is_edited_on_the_page(tour: dict[str, Any]) -> None:
    """The page shows its parameter, and saving writes it into the file, which is still right."""
    assert tour["edited"]["shown"] == "0.99"
    assert tour["edited"]["status"] == 200
    assert "neutral_share:\n        min_share: 0.75\n" in tour["edited"]["file"]
