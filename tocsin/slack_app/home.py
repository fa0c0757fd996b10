"""What does the app's home tab show? What is open, who is on call, and what is silenced or overridden."""

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
    from detectors.model.text import Language
    from tocsin.slack_app.state import AppState

    Block = dict[str, Any]

MAX_INCIDENTS: Final = 15
MAX_ON_CALL: Final = 20
MAX_RUNNING: Final = 12
"""How many of each are shown: together, with headings, fewer than the hundred blocks that Slack takes."""


def build_home(known: AppState, names: Iterable[str], at: int) -> dict[str, Any]:
    """Return the tab of somebody who may act on the brands of these names, as of an instant (ms)."""
    governed = {name: known.registry.with_overrides(name) for name in names}
    brands = {name: one.brand for name, one in governed.items()}
    language = majority_language(brands)
    running = [one for one in known.open_incidents() if governed.keys() & set(one.all_brands)]
    moved = slack_date(at, "{date_short_pretty} {time}")
    blocks = [
        *_incidents(running, known, language),
        views.header(translate(language, "home_on_call")),
        *_on_call(governed, at, language),
        *_silences(known, governed, at, language),
        *_overrides(governed, at, language),
        views.context(translate(language, "home_as_of", moment=moved)),
    ]
    return {"type": "home", "blocks": blocks}


def _incidents(running: Sequence[Incident], known: AppState, language: Language) -> list[Block]:
    """Return the open incidents, the most severe first, each with the buttons of its card."""
    blocks = [views.header(translate(language, "home_incidents"))]
    if not running:
        return [*blocks, views.section(translate(language, "slash_calm"))]
    most_severe = sorted(running, key=lambda one: (-rank(one.severity), one.opened_at))
    for incident in most_severe[:MAX_INCIDENTS]:
        tongue = known.registry.brand(incident.brand).language
        line = mrkdwn(text.headline(incident, tongue), 200)
        blocks += [
            views.section(f"{line}\n{commands.status_text(incident, tongue)}"),
            slack_blocks.render_actions(buttons.build_actions(incident, tongue, known.web_url)),
        ]
    return blocks + _more_line(len(most_severe) - MAX_INCIDENTS, language)


def _on_call(governed: Mapping[str, BrandWithOverrides], at: int, language: Language) -> list[Block]:
    lines = [commands.on_call_text(one.brand, at, language) for one in list(governed.values())[:MAX_ON_CALL]]
    said = "\n".join(lines) or translate(language, "home_nothing_yours")
    return [views.section(said), *_more_line(len(governed) - MAX_ON_CALL, language)]


def _silences(known: AppState, governed: Mapping[str, BrandWithOverrides], at: int, language: Language) -> list[Block]:
    found = [(one.brand, silence) for name, one in governed.items() for silence in known.silences.active(name, at)]
    heading = [views.header(translate(language, "running_silences"))] if found else []
    rows = [silencing.silence_block(brand, silence, _brand_prefix(brand)) for brand, silence in found[:MAX_RUNNING]]
    return heading + rows + _more_line(len(found) - MAX_RUNNING, language)


def _overrides(governed: Mapping[str, BrandWithOverrides], at: int, language: Language) -> list[Block]:
    found = [(one, override) for one in governed.values() for override in active(one.overrides, at)]
    heading = [views.header(translate(language, "running_overrides"))] if found else []
    rows = [
        threshold.override_block(one.brand, override, _brand_prefix(one.brand)) for one, override in found[:MAX_RUNNING]
    ]
    return heading + rows + _more_line(len(found) - MAX_RUNNING, language)


def _brand_prefix(brand: Brand) -> str:
    return f"*{mrkdwn(brand.name, 60)}* "


def _more_line(count: int, language: Language) -> list[Block]:
    return [views.context(translate(language, "home_more", count=count))] if count > 0 else []
