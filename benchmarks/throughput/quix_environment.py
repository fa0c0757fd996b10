"""Environment of its own for Quix Streams, which caps packages that Tocsin shares; made once, in the cache folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

VERSION: Final = "3.28.1"
PACKAGES: Final = (f"quixstreams=={VERSION}", "vaderSentiment==3.3.2")


class QuixMissingError(RuntimeError):
    """The environment cannot be made; the message says why."""


def python() -> Path:
    """Return the environment's interpreter, making it the first time.

    Raises:
        QuixMissingError: pip could not install it.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tocsin"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = cache / f"quixstreams-{VERSION}-python{version}"
    interpreter, ready = folder / "bin" / "python", folder / "ready"
    if not ready.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        _run(sys.executable, "-m", "venv", folder)
        _run(interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES)
        ready.touch()
    return interpreter


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise QuixMissingError(f"{' '.join(map(str, command))}: {done.stdout[-1000:]}{done.stderr[-1000:]}")
