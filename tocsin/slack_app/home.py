"""Content of the Home tab: open incidents, who is on call, active silences and overrides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alerts.incidents.model import rank
from alerts.rendering import buttons, slack_blocks, text
from alerts.rendering.escaping import mrkdwn, slack_date
from config.brands.overrides import active
from tocsin.slack_app import commands, views
from tocsin.slack_app.modals import silence as silencing
from tocsin.slack_app.modals import threshold
from tocsin.slack_app.text import majority_language, translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from alerts.incidents.model import Incident
    from config.brands.model import Brand
    from config.brands.overrides import BrandWithOverrides
    from detectors.model.signal_text import Language
    from tocsin.slack_app.state import AppState

    Block = dict[str, Any]

MAX_INCIDENTS: Final = 15
MAX_ON_CALL: Final = 20
MAX_RUNNING: Final = 12
"""How many of each are shown: together, with headings, fewer than the hundred blocks that Slack takes."""


def build_home(state: AppState, names: Iterable[str], at: int) -> dict[str, Any]:
    """Return the Home tab of a user who may act on these brands, as of an instant (ms)."""
    configured = {name: state.registry.with_overrides(name) for name in names}
    brands = {name: one.brand for name, one in configured.items()}
    language = majority_language(brands)
    running = [one for one in state.open_incidents() if configured.keys() & set(one.all_brands)]
    moved = slack_date(at, "{date_short_pretty} {time}")
    blocks = [
        *_incidents(running, state, language),
        views.header(translate(language, "home_on_call")),
        *_on_call(configured, at, language),
        *_silences(state, configured, at, language),
        *_overrides(configured, at, language),
        views.context(translate(language, "home_as_of", moment=moved)),
    ]
    return {"type": "home", "blocks": blocks}


def _incidents(running: Sequence[Incident], state: AppState, language: Language) -> list[Block]:
    """Return the open incidents, the most severe first, each with the buttons of its card."""
    blocks = [views.header(translate(language, "home_incidents"))]
    if not running:
        return [*blocks, views.section(translate(language, "slash_calm"))]
    most_severe = sorted(running, key=lambda one: (-rank(one.severity), one.opened_at))
    for incident in most_severe[:MAX_INCIDENTS]:
        brand_language = state.registry.brand(incident.brand).language
        line = mrkdwn(text.headline(incident, brand_language), 200)
        blocks += [
            views.section(f"{line}\n{commands.status_text(incident, brand_language)}"),
            slack_blocks.render_actions(buttons.build_actions(incident, brand_language, state.web_url)),
        ]
    return blocks + _more_line(len(most_severe) - MAX_INCIDENTS, language)


def _on_call(configured: Mapping[str, BrandWithOverrides], at: int, language: Language) -> list[Block]:
    lines = [commands.on_call_text(one.brand, at, language) for one in list(configured.values())[:MAX_ON_CALL]]
    said = "\n".join(lines) or translate(language, "home_nothing_yours")
    return [views.section(said), *_more_line(len(configured) - MAX_ON_CALL, language)]


def _silences(
    state: AppState, configured: Mapping[str, BrandWithOverrides], at: int, language: Language
) -> list[Block]:
    found = [(one.brand, silence) for name, one in configured.items() for silence in state.silences.active(name, at)]
    heading = [views.header(translate(language, "running_silences"))] if found else []
    rows = [silencing.silence_block(brand, silence, _brand_prefix(brand)) for brand, silence in found[:MAX_RUNNING]]
    return heading + rows + _more_line(len(found) - MAX_RUNNING, language)


def _overrides(configured: Mapping[str, BrandWithOverrides], at: int, language: Language) -> list[Block]:
    found = [(one, override) for one in configured.values() for override in active(one.overrides, at)]
    heading = [views.header(translate(language, "running_overrides"))] if found else []
    rows = [
        threshold.override_block(one.brand, override, _brand_prefix(one.brand)) for one, override in found[:MAX_RUNNING]
    ]
    return heading + rows + _more_line(len(found) - MAX_RUNNING, language)


def _brand_prefix(brand: Brand) -> str:
    return f"*{mrkdwn(brand.name, 60)}* "


def _more_line(count: int, language: Language) -> list[Block]:
    return [views.context(translate(language, "home_more", count=count))] if count > 0 else []
