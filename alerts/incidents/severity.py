"""Severity of an incident: that of its strongest signal, raised by rules where several detectors fire together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from detectors.model.parameters import Parameters
from detectors.model.signal import SEVERITIES, Severity
from detectors.registry import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alerts.incidents.model import Finding
    from detectors.model.signal import Signal

NO_DATA: Final = "no_data"


def _detector(value: str) -> str:
    if value not in BY_NAME:
        raise ValueError(f"is no detector: choose among {', '.join(BY_NAME)}")
    return value


class SeverityRule(Parameters):
    """A rule that raises the severity of an incident."""

    when: Annotated[tuple[Annotated[str, AfterValidator(_detector)], ...], Field(min_length=1, max_length=8)] = Field(
        description="Detectors that must all have fired for one brand in the same incident. [detectors]"
    )
    raise_to: Severity = Field(description="The least severity then. [info, warning or critical]")

    @model_validator(mode="after")
    def _can_hold(self) -> Self:
        if NO_DATA in self.when and len(self.when) > 1:
            raise ValueError("silence must stand alone: a silent source is an incident of its own")
        return self


def effective_severity(signal: Signal, findings: Iterable[Finding], rules: Iterable[SeverityRule]) -> Severity:
    """Return the severity that a signal gives an incident with these findings."""
    found = {signal.detector, *(one.signal.detector for one in findings if one.signal.brand == signal.brand)}
    raised = (rule.raise_to for rule in rules if found.issuperset(rule.when))
    return max([signal.severity, *raised], key=SEVERITIES.index)
