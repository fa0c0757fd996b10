"""Threshold modal behind "Change threshold…": current values, preview, and overrides that expire."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from alerts.incidents.findings import primary
from alerts.rendering.escaping import mrkdwn, slack_date, slack_user
from config.brands.overrides import (
    SENSITIVITY,
    Override,
    active,
    minute_after,
    value_at,
    with_override,
    with_value,
)
from detectors.registry import overridable
from tocsin.slack_app import views
from tocsin.slack_app.modals.context import ModalContext, read_context
from tocsin.slack_app.text import detector_label, translate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from alerts.incidents.model import Incident
    from config.brands.model import Brand
    from config.brands.overrides import BrandWithOverrides
    from detectors.model.signal_text import Language
    from detectors.policy import Policy
    from streams.views.brands import BrandRegistry
    from tocsin.slack_app.action_gateway import ActionGateway
    from tocsin.slack_app.payloads import View

CALLBACK: Final = "tocsin_threshold"
PREVIEW: Final = "tocsin_preview"
REMOVE: Final = "tocsin_lift_override"
DURATION: Final = "span"

LEVELS: Final = ("low", "medium", "high")
_UNTIL_CHANGED: Final = "changed"
_DURATIONS: Final[dict[str, timedelta | None]] = {
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
    _UNTIL_CHANGED: None,
}
_MAX_DETECTORS: Final = 3
"""How many of an incident's detectors are offered, the one that leads first."""

_MAX_VALUE_CHARS: Final = 20
"""Characters of a value."""


class ThresholdModal:
    """The modal: its content, its validation, and saving it."""

    def __init__(
        self, gateway: ActionGateway, registry: BrandRegistry, apply: Callable[[BrandWithOverrides], Awaitable[None]]
    ) -> None:
        self._gateway = gateway
        self._registry = registry
        self._apply = apply

    def build(self, incident: Incident, configured: BrandWithOverrides) -> dict[str, Any]:
        """Return the modal as it opens: current values of the detectors that fired, the primary one first."""
        first = primary(incident.findings.values()).signal.detector
        fired = dict.fromkeys([first, *(one.signal.detector for one in incident.findings.values())])
        known = tuple(name for name in fired if overridable(name))[:_MAX_DETECTORS]
        return self.render(
            ModalContext(configured.brand.name, incident.id, known, opened_at=self._gateway.now()), configured
        )

    def render(self, asked: ModalContext, configured: BrandWithOverrides, preview: str = "") -> dict[str, Any]:
        """Return the modal with a preview; Slack keeps what was typed."""
        brand, language = configured.brand, configured.brand.language
        policy, now = configured.at(self._gateway.now()).policy, self._gateway.now()
        spans = [(name, translate(language, f"until_{name}")) for name in _DURATIONS]
        blocks = [
            views.section(translate(language, "threshold_intro", brand=mrkdwn(brand.name, 60))),
            *(_input(path, policy, brand, language) for path in threshold_paths(asked.detectors)),
            views.select(DURATION, translate(language, "how_long"), spans),
            views.actions("preview", views.button(PREVIEW, translate(language, "preview"))),
            *([views.section(preview, block_id="previewed")] if preview else []),
            *override_blocks(configured, active(configured.overrides, now)),
        ]
        metadata = msgspec.json.encode(asked).decode()
        return views.modal(language, CALLBACK, translate(language, "threshold_title"), blocks, metadata)

    def validate(self, view: View) -> dict[str, str]:
        """Return the errors by block. Values may be forged."""
        asked = read_context(view)
        if asked is None or not self._registry.watches(asked.brand) or not asked.detectors:
            return {DURATION: translate("en", "gone")}
        brand, wrong = self._registry.brand(asked.brand), dict[str, str]()
        if view.value(DURATION) not in _DURATIONS:
            wrong[DURATION] = translate(brand.language, "not_offered")
        for path in threshold_paths(asked.detectors):
            try:
                with_value(brand.detect, path, _parse_typed(view.value(path), brand.detect, path))
            except ValueError as error:
                wrong[path] = translate(brand.language, "bad_value", rule=str(error))
        if wrong:
            return wrong
        fresh, now = self.proposed_overrides(view), self._gateway.now()
        if not fresh:
            return {SENSITIVITY: translate(brand.language, "nothing_changed")}
        return {} if active(fresh, now) else {DURATION: translate(brand.language, "opened_long_ago")}

    def proposed_overrides(self, view: View) -> tuple[Override, ...]:
        """Return the values of a valid modal that differ from the current ones."""
        asked = read_context(view)
        if asked is None:
            return ()
        configured, span = self._registry.with_overrides(asked.brand), _DURATIONS[view.value(DURATION)]
        until = None if span is None else minute_after(asked.opened_at + span // timedelta(milliseconds=1))
        today, found = configured.at(self._gateway.now()).policy, list[Override]()
        for path in threshold_paths(asked.detectors):
            value = value_at(with_value(today, path, _parse_typed(view.value(path), today, path)), path)
            if value != value_at(today, path):
                found.append(Override(path, value, until, at=asked.opened_at))
        return tuple(found)

    def proposed_policies(self, view: View) -> tuple[Policy, Policy]:
        """Return the current policy and the one of a valid modal."""
        asked = read_context(view)
        today = self._registry.with_overrides(asked.brand if asked else "").at(self._gateway.now()).policy
        policy = today
        for one in self.proposed_overrides(view):
            policy = with_value(policy, one.path, one.value)
        return today, policy

    async def save(self, view: View, user: str) -> str:
        """Publish the overrides; return the text for the user. The same modal makes the same record."""
        asked = read_context(view)
        if asked is None or self.validate(view):
            return translate("en", "gone")
        configured = self._registry.with_overrides(asked.brand)
        overrides, language = configured.overrides, configured.brand.language
        fresh = [msgspec.structs.replace(one, by=user) for one in self.proposed_overrides(view)]
        for one in fresh:
            overrides = with_override(overrides, one)
        overrides = tuple(one for one in overrides if one.value != value_at(configured.brand.detect, one.path))
        done = translate(language, "overridden", what="\n".join(describe(one, configured.brand) for one in fresh))
        return await self._gateway.refusal(user, configured.brand) or await self.publish(configured, overrides) or done

    async def remove(self, name: str, path: str, user: str) -> str:
        """Remove an override; return the text for the user."""
        configured = self._registry.with_overrides(name)
        brand, found = configured.brand, [one for one in configured.overrides if one.path == path]
        if not found:
            return translate(brand.language, "already_over")
        rest = [one for one in configured.overrides if one.path != path]
        done = translate(brand.language, "removed", what=describe(found[0], brand))
        return await self._gateway.refusal(user, brand) or await self.publish(configured, rest) or done

    async def publish(self, configured: BrandWithOverrides, overrides: Sequence[Override]) -> str:
        """Publish a brand's overrides; return the error to show to the user, "" on success."""
        brand = configured.brand
        return await self._gateway.attempt(self._apply(type(configured)(brand, overrides)), brand)


def threshold_paths(detectors: Sequence[str]) -> list[str]:
    """Return the paths that the modal offers: sensitivity, and the overridable thresholds of the detectors."""
    return [SENSITIVITY, *(one.path for name in detectors for one in overridable(name))]


def override_blocks(configured: BrandWithOverrides, running: Sequence[Override]) -> list[dict[str, Any]]:
    """Return the active overrides of a brand under a heading; nothing without any."""
    language = configured.brand.language
    heading = [views.section(f"*{translate(language, 'running_overrides')}*")] if running else []
    return heading + [override_block(configured.brand, one) for one in running]


def override_block(brand: Brand, one: Override, before: str = "") -> dict[str, Any]:
    """Return an override with a button that removes it; `before` (mrkdwn) precedes it."""
    value = msgspec.json.encode((brand.name, one.path)).decode()
    return views.section(
        before + describe(one, brand), views.button(REMOVE, translate(brand.language, "remove"), value)
    )


def describe(one: Override, brand: Brand) -> str:
    """Return an override in words: threshold, values, until when and by whom (mrkdwn)."""
    language, what = brand.language, label(one.path, brand.language)
    value, usual = one.value, value_at(brand.detect, one.path)
    if value == usual:
        return translate(language, "as_configured", what=what, value=mrkdwn(_format_value(value, language), 40))
    until = (
        translate(language, f"until_{_UNTIL_CHANGED}")
        if one.until is None
        else translate(language, "until_moment", moment=slack_date(one.until, "{date_short_pretty} {time}"))
    )
    return translate(
        language,
        "override_line",
        what=what,
        value=mrkdwn(_format_value(value, language), 40),
        usual=mrkdwn(_format_value(usual, language), 40),
        until=until,
        who=slack_user(one.by) if one.by else translate(language, "nobody"),
    )


def label(path: str, language: Language) -> str:
    """Return a threshold's label."""
    if path == SENSITIVITY:
        return translate(language, "param_sensitivity")
    what, _, _ = _threshold_words(path, language)
    return translate(language, "param_label", detector=detector_label(path.split(".")[1], language), what=what)


def _threshold_words(path: str, language: Language) -> tuple[str, str, str]:
    """Return a threshold's label, the effect of larger values, and its unit, from a text `label; effect [unit]`."""
    section = path.split(".")[1]
    parameter = next(one.parameter for one in overridable(section) if one.path == path)
    words, _, unit = parameter.text[language].partition("[")
    what, _, way = words.partition(";")
    return what.strip(), way.strip(), f"[{unit}"


def _input(path: str, policy: Policy, brand: Brand, language: Language) -> dict[str, Any]:
    value, usual = value_at(policy, path), value_at(brand.detect, path)
    if path == SENSITIVITY:
        levels = [(name, translate(language, f"level_{name}")) for name in LEVELS]
        return views.select(path, label(path, language), levels, str(value))
    key = "today" if value == usual else "today_overridden"
    _, way, unit = _threshold_words(path, language)
    after = f" · {way}" if way else ""
    hint = translate(
        language, key, value=_format_value(value, language), usual=_format_value(usual, language), way=after
    )
    typed = "" if value is None else str(value)
    return views.text_input(
        path, f"{label(path, language)} {unit}", _MAX_VALUE_CHARS, hint=hint, initial=typed, optional=usual is None
    )


def _format_value(value: object, language: Language) -> str:
    if value is None:
        return translate(language, "off")
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text.replace(".", ",") if language == "fr" and isinstance(value, float) else text


def _parse_typed(typed: str, policy: Policy, path: str) -> Any:
    """Return a typed value as the configuration holds it: a number, a duration or a level; None if empty.

    Raises:
        ValueError: it is none of these.
    """
    usual = value_at(policy, path)
    if not typed:
        return None
    if len(typed) > _MAX_VALUE_CHARS:
        raise ValueError("is too long")
    if isinstance(usual, str):
        return typed
    try:
        number = float(typed.replace(",", "."))
    except ValueError:
        raise ValueError("must be a number") from None
    if not math.isfinite(number):
        raise ValueError("must be a finite number")
    return int(number) if number.is_integer() else number
