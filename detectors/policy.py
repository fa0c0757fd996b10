"""The policy of one brand: the parameters that detectors share, and those of each registered detector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import Field, create_model

from detectors.model.parameters import Switched
from detectors.model.policy import CommonPolicy
from detectors.registry import ALL, SECTIONS

if TYPE_CHECKING:
    from detectors.base import Detector

    _Sections = CommonPolicy
else:
    # One field for each section of `detect:`, in the order of the registry.
    _Sections = create_model(
        "_Sections",
        __base__=CommonPolicy,
        **{
            key: (
                detector.parameters,
                Field(default=detector.parameters(), description=f"{detector.label['en']} [parameters]"),
            )
            for key, detector in SECTIONS.items()
        },
    )

P = TypeVar("P", bound=Switched)


class Policy(_Sections):
    """How one brand is evaluated: one field for each detector's parameters, by its key, and the shared ones.

    Frozen; two equal policies fire alike.

    >>> from detectors.volume_spike import VolumeSpike
    >>> Policy.model_validate({"volume_spike": {"min_mentions": 12}}).parameters(VolumeSpike).min_mentions
    12
    """

    def parameters(self, model: type[P]) -> P:
        """Return the parameters of a detector, by their class."""
        return cast("P", getattr(self, _KEYS[model]))

    def of(self, detector: Detector[Any]) -> Any:
        """Return the parameters of a registered detector."""
        return getattr(self, detector.key)

    def enabled(self) -> tuple[tuple[Detector[Any], Any], ...]:
        """Return the detectors that are switched on, each with its parameters, in the order of the registry."""
        pairs = ((detector, self.of(detector)) for detector in ALL)
        return tuple((detector, own) for detector, own in pairs if own.enabled)


_KEYS = {detector.parameters: detector.key for detector in ALL}
