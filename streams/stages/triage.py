"""The triage stage: signals, watermarks and actions in, notifications out. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from alerts.incidents import lifecycle, router
from detectors.model.signal import Watermark
from streams.stages.event_time import MINUTE

if TYPE_CHECKING:
    from alerts.incidents.model import Action, Notification
    from alerts.incidents.state import TriageState
    from detectors.model.correction import Correction
    from detectors.model.signal import Signal
    from streams.stages.policies import Policies

CLOCK_SAVE_INTERVAL: Final = 5 * MINUTE
"""How far [ms] event time runs on before a quiet brand's case is kept again: an act after a restart finds its time."""


class TriageShard:
    """The incidents of one partition's brands: signals, event time and actions in, notifications out."""

    def __init__(self, policies: Policies) -> None:
        self.cases: dict[str, TriageState] = {}
        self.changed: set[str] = set()
        self._kept: dict[str, int] = {}  # name → clock of its case as last kept, ms
        self._policies = policies

    def apply(self, record: Signal | Watermark | Action | Correction) -> list[Notification]:
        """Return what there is to tell after the next record; `changed` names the cases that it moved."""
        if isinstance(record, Watermark):
            return [notification for name in list(self.cases) for notification in self._settle(name, record)]
        moved, notifications = router.route(self.cases, record, self._policies)
        for case in moved:
            before = self.cases.get(router.state_key(case.brand, case.kind))
            self._keep(case, worth=before is None or replace(before, clock=case.clock) != case)
        return notifications

    def _settle(self, name: str, now: Watermark) -> list[Notification]:
        before = self.cases[name]
        case, notifications = lifecycle.process(before, now, self._policies.alert_policy(before.brand))
        self._kept.setdefault(name, before.clock)
        self._keep(case, worth=bool(notifications))
        return notifications

    def _keep(self, case: TriageState, *, worth: bool) -> None:
        """Take a case as it is now, to be stored if that is worth it or its clock has run on for long."""
        name = router.state_key(case.brand, case.kind)
        self.cases[name] = case
        if worth or case.clock - self._kept.setdefault(name, case.clock) >= CLOCK_SAVE_INTERVAL:
            self.changed.add(name)
            self._kept[name] = case.clock
