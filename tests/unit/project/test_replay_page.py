"""Do the commands of the replay page that need a recording, and its recipes for pull requests, do what they say?"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from streams.recording.format import write
from tests.support.docs import ROOT, blocks
from tests.support.recordings import entries, header, mentions

if TYPE_CHECKING:
    from pathlib import Path

PAGE = ROOT / "docs" / "replay.md"
WORKFLOW = ROOT / "docs" / "examples" / "compare-rules.yml"
NEEDS = "not run: needs a recording"
BEFORE = "brands:\n  - name: Brisela\n  - name: Oakmere\n"
AFTER = "brands:\n  - name: Oakmere\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a repository with a recording, whose rules watch one brand less than those committed."""
    write(tmp_path / "march.tocsin", header(), entries(mentions()))
    (tmp_path / "recordings").mkdir()
    shutil.copy(tmp_path / "march.tocsin", tmp_path / "recordings")
    (tmp_path / "docs" / "examples").mkdir(parents=True)
    shutil.copy(WORKFLOW.with_suffix(".sh"), tmp_path / "docs" / "examples")
    rules = tmp_path / "config" / "brands.yaml"
    rules.parent.mkdir()
    rules.write_text(BEFORE, encoding="utf-8")
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    for command in (("init", "-q"), ("add", "config"), (*who, "commit", "-q", "-m", "Rules")):
        subprocess.run(["git", *command], cwd=tmp_path, check=True, capture_output=True)
    rules.write_text(AFTER, encoding="utf-8")
    return tmp_path


def shell(folder: Path, script: str, **more: str) -> str:
    """Run a script there, `tocsin` being this project's and `gh` one that prints what it is given to post."""
    bin_folder = folder / "bin"
    bin_folder.mkdir(exist_ok=True)
    programs = {
        "tocsin": f'exec {sys.executable} -P -m tocsin "$@"',
        "python": f'exec {sys.executable} "$@"',
        "gh": 'echo "gh $*"; cat "$5"',
    }
    for name, body in programs.items():
        (bin_folder / name).write_text(f"#!/bin/sh\n{body}\n")
        (bin_folder / name).chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TOCSIN_", "GIT_"))}
    path = os.pathsep.join([str(bin_folder), kept["PATH"]])
    environment = kept | {"PATH": path, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"} | more
    done = subprocess.run(
        ["bash", "-euc", script], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=280
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_the_commands_on_a_recording_succeed(folder: Path) -> None:
    """Each block that is marked as needing a recording runs on one."""
    found = [block.body for block in blocks(PAGE, "sh") if block.mark.startswith(NEEDS)]
    assert found
    out = shell(folder, "\n".join(found))
    assert "Brisela" in out
    assert (folder / "requests.jsonl").read_text(encoding="utf-8").startswith('{"at"')


@pytest.mark.slow
def test_the_commands_on_files_succeed(folder: Path) -> None:
    """The other blocks run one after the other, and each kind of replay prints something."""
    out = shell(folder, "\n".join(block.body for block in blocks(PAGE, "sh") if block.mark == "run: nothing"))
    assert "Voltanelle" in out
    assert '"pages_before"' in out


def test_the_workflow_posts_what_is_lost(folder: Path) -> None:
    """The steps of the workflow, but for the installation, leave a comment that names the lost incident."""
    steps: list[dict[str, Any]] = YAML(typ="safe").load(WORKFLOW)["jobs"]["compare"]["steps"]
    scripts = {step["name"]: step["run"] for step in steps if "run" in step}
    assert scripts.keys() == {"install", "compare", "post"}
    out = shell(folder, f"{scripts['compare']}\n{scripts['post']}", BASE="HEAD", PR="7")
    assert out.startswith("gh pr comment 7 --body-file comment.md")
    assert "**march**" in out
    assert "| lost | Brisela |" in out


def test_the_hook_prints_the_same(folder: Path) -> None:
    """The entry of the pre-commit recipe runs as it stands."""
    (recipe,) = [block.body for block in blocks(PAGE, "yaml") if "hooks:" in block.body]
    (hook,) = YAML(typ="safe").load(recipe)["repos"][0]["hooks"]
    assert "| lost | Brisela |" in shell(folder, hook["entry"])


def test_without_recordings_the_script_says_so(folder: Path) -> None:
    """A repository without recordings is no failure, and no silence either."""
    out = shell(folder, "sh docs/examples/compare-rules.sh HEAD", RECORDINGS="nowhere")
    assert "There is no recording to compare on." in out
