"""Audit of the pinned packages against known vulnerabilities, by pip-audit. `make audit`.

Where its data cannot be reached the audit is skipped, and says why: that is no failure, and no clean result either.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tests.support.installation import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMAND: Final = ("pip_audit", "--format", "json", "--progress-spinner", "off", "--disable-pip", "--require-hashes")


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
        return Verdict(0, [f"audit skipped: its data cannot be reached: {reason[:200]}"])
    unknown = [one["name"] for one in packages if "skip_reason" in one]
    if len(unknown) == len(packages):
        return Verdict(0, [f"audit skipped: what answers here knows none of {len(packages)} packages"])
    found = [
        f"{one['name']} {one['version']}: {flaw['id']}, fixed in {', '.join(flaw['fix_versions']) or 'no version yet'}"
        for one in packages
        for flaw in one.get("vulns", [])
    ]
    missing = f", {len(unknown)} unknown: {', '.join(unknown)}" if unknown else ""
    return Verdict(bool(found), [*found, f"{len(packages)} packages, {len(found)} known vulnerabilities{missing}"])


def main() -> int:
    """Audit requirements.txt, and print what comes of it."""
    command = [sys.executable, "-m", *COMMAND, "--requirement", str(ROOT / "requirements.txt")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    code, lines = judge(done.stdout, done.stderr)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
