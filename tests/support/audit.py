"""Audit of the pinned packages against known vulnerabilities, by pip-audit. `make audit`.

One package is asked about first. Where the data cannot be reached the audit ends with that, and says why: that is no
failure, and no clean result either.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tests.support.installation import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMAND: Final = ("pip_audit", "--format", "json", "--progress-spinner", "off", "--disable-pip")
REQUIREMENTS: Final = ROOT / "requirements.txt"


SKIPPED: Final = "audit skipped"


class Verdict(NamedTuple):
    """Exit code and the lines that say why."""

    code: int
    lines: list[str]


def judge(printed: str, complaints: str) -> Verdict:
    """Return what follows from what pip-audit printed: 1 where a package has a known vulnerability.

    >>> judge("", "requests.exceptions.ConnectionError: no route").lines
    ['audit skipped: its data cannot be reached: requests.exceptions.ConnectionError: no route']
    """
    try:
        packages: Sequence[dict[str, Any]] = json.loads(printed)["dependencies"]
    except ValueError:
        reason = (complaints.strip().splitlines() or ["pip-audit printed nothing"])[-1]
        return Verdict(0, [f"{SKIPPED}: its data cannot be reached: {reason[:200]}"])
    unknown = [one["name"] for one in packages if "skip_reason" in one]
    if len(unknown) == len(packages):
        named = ", ".join(unknown[:3])
        return Verdict(0, [f"{SKIPPED}: the package index that answers here has no data on vulnerabilities ({named})"])
    found = [
        f"{one['name']} {one['version']}: {flaw['id']}, fixed in {', '.join(flaw['fix_versions']) or 'no version yet'}"
        for one in packages
        for flaw in one.get("vulns", [])
    ]
    missing = f", {len(unknown)} unknown: {', '.join(unknown)}" if unknown else ""
    return Verdict(bool(found), [*found, f"{len(packages)} packages, {len(found)} known vulnerabilities{missing}"])


def first_requirement(requirements: str) -> str:
    r"""Return the first package of a requirements file, with its version and without its hashes.

    >>> first_requirement("# made by uv\naiohttp==3.13.2 ; python_version > '3' \n    --hash=sha256:00\n")
    'aiohttp==3.13.2'
    """
    return next(line.split()[0] for line in requirements.splitlines() if "==" in line)


def main() -> int:
    """Audit requirements.txt, and print what comes of it."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as sample:
        sample.write(f"{first_requirement(REQUIREMENTS.read_text(encoding='utf-8'))}\n")
        sample.flush()
        verdict = _ask("--no-deps", "--requirement", sample.name)
    if not verdict.lines[0].startswith(SKIPPED):
        verdict = _ask("--require-hashes", "--requirement", str(REQUIREMENTS))
    sys.stdout.write("".join(f"{line}\n" for line in verdict.lines))
    return verdict.code


def _ask(*arguments: str) -> Verdict:
    done = subprocess.run([sys.executable, "-m", *COMMAND, *arguments], capture_output=True, text=True, check=False)
    return judge(done.stdout, done.stderr)


if __name__ == "__main__":
    sys.exit(main())
