"""Tests of the built wheel: what it installs, and that it runs in folders that hold packages named like ours."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.docs import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.brokers import Broker

DECISION: Final = ROOT / "docs" / "adr" / "0012-rooms.md"
VERSION: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
FOREIGN: Final = ("cli", "config", "streams", "replay", "tocsin", "alerts")
"""Packages of the folder in which the command runs; importing one fails."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built from a copy of the sources without the network."""
    sources, out = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("dist")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = listed.stdout.split("\n") if listed.returncode == 0 else _files()
    for name in filter(None, names):
        if (ROOT / name).is_file() and not name.startswith(("tests/", "docs/")):
            (sources / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, sources / name)
    _run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        ".",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "-w",
        str(out),
        cwd=sources,
    )
    (found,) = out.glob("*.whl")
    return found


def _files() -> list[str]:
    """Return the files of a source tree without git, such as an unpacked archive."""
    skipped = {".git", ".venv", "build", "dist", "out"}
    paths = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
    return [path.as_posix() for path in paths if not skipped & set(path.parts)]


@pytest.fixture(scope="module")
def tocsin(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the `tocsin` of an environment with the wheel, and with the libraries of this one."""
    env = tmp_path_factory.mktemp("env")
    _run(sys.executable, "-m", "venv", "--without-pip", str(env), cwd=env)
    python = str(env / "bin" / "python")
    _run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", str(wheel), cwd=env)
    (site,) = env.glob("lib/python*/site-packages")
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return str(env / "bin" / "tocsin")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """Return a folder with packages and modules of its own, named like ours."""
    for name in FOREIGN:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('a package of the folder was imported')\n")
    (tmp_path / "web.py").write_text("raise SystemExit('a module of the folder was imported')\n")
    return tmp_path


def _run(*command: str, cwd: Path, **environ: str) -> str:
    """Return what a command prints; it gets no variable of Tocsin's and no import path but those given."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_") and k != "PYTHONPATH"}
    done = subprocess.run(
        command,
        cwd=cwd,
        env=kept | environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout


def test_the_wheel_installs_what_the_decision_lists(wheel: Path) -> None:
    """Nothing is at the top level but the packages of the decision record, and the metadata."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    listed = re.search(r"(?m)^Top level of the wheel: (.+)\.$", DECISION.read_text(encoding="utf-8"))
    assert listed is not None
    assert {name.split("/")[0] for name in names} - {f"tocsin-{VERSION}.dist-info"} == set(
        re.findall(r"\w+", listed[1])
    )
    assert not [name for name in names if name.startswith("tests/")]


def test_the_wheel_holds_every_file_of_its_packages(wheel: Path) -> None:
    """Templates, schemas, weights and word lists are in it: else pages and scores fail once installed."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    packages = {name.split("/")[0] for name in names if "/" in name and ".dist-info" not in name}
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    files = listed.stdout.split("\n") if listed.returncode == 0 else _files()
    ours = {name for name in files if name.split("/")[0] in packages and (ROOT / name).is_file()}
    assert {name for name in ours if "__pycache__" not in name} <= names


def test_it_says_its_version_in_an_empty_folder(tocsin: str, tmp_path: Path) -> None:
    """`tocsin --version` names the version of the wheel."""
    assert _run(tocsin, "--version", cwd=tmp_path) == f"tocsin {VERSION}\n"


@pytest.mark.slow
def test_the_demo_runs_where_packages_have_our_names(tocsin: str, hostile: Path) -> None:
    """The demo starts a worker: neither it nor the command imports from the folder."""
    assert _run(tocsin, "--version", cwd=hostile) == f"tocsin {VERSION}\n"
    out = _run(tocsin, "demo", "--speed", "3600", cwd=hostile)
    assert "Hallowfirth" in out
    assert (hostile / "out" / "tocsin-demo.html").is_file()


@pytest.mark.slow
def test_a_replay_via_kafka_runs_where_packages_have_our_names(tocsin: str, hostile: Path, real_kafka: Broker) -> None:
    """So does the worker of `replay --via-kafka`."""
    _run(tocsin, "demo", "--export", "demo", cwd=hostile)
    lines = (hostile / "demo" / "mentions.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (hostile / "some.jsonl").write_text("".join(lines[:500]), encoding="utf-8")
    command = (tocsin, "replay", "some.jsonl", "--config", "demo/brands.yaml", "--via-kafka", "--json")
    _run(*command, cwd=hostile, TOCSIN_BROKERS=real_kafka.bootstrap, TOCSIN_PREFIX="wheel.", TOCSIN_PARTITIONS="4")
