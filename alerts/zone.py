"""In which time zone does somebody live? As `detectors.zone` names it."""

from __future__ import annotations

from detectors.zone import Zone

__all__ = ["Zone"]
