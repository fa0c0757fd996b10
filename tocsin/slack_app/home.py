"""What does the app's home tab show? What is open, who is on call, and what is silenced or overridden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alerts.incidents.model import rank
from alerts.rendering import buttons, text
from alerts.rendering.escaping import moment, mrkdwn
from config.brands.overrides import in_force
from tocsin.slack_app import commands, views
from tocsin.slack_app.modals import silence as silencing
from tocsin.slack_app.modals import threshold
from tocsin.slack_app.text import common, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from alerts.incidents.model import Incident
    from config.brands.model import Brand
    from config.brands.overrides import Governed
    from detectors.model.text import Language
    from tocsin.slack_app.state import Known

    Block = dict[str, Any]

INCIDENTS: Final = 15
ON_CALL: Final = 20
RUNNING: Final = 12
"""How many of each are shown: together, with headings, fewer than the hundred blocks that Slack takes."""


def home(known: Known, names: Iterable[str], at: int) -> dict[str, Any]:
    """Return the tab of somebody who may act on the brands of these names, as of an instant (ms)."""
    governed = {name: known.directory.governed(name) for name in names}
    brands = {name: one.brand for name, one in governed.items()}
    language = common(brands)
    running = [one for one in known.open() if governed.keys() & set(one.all_brands)]
    moved = moment(at, "{date_short_pretty} {time}")
    blocks = [
        *_incidents(running, known, language),
        views.header(say(language, "home_on_call")),
        *_on_call(governed, at, language),
        *_silences(known, governed, at, language),
        *_overrides(governed, at, language),
        views.context(say(language, "home_as_of", moment=moved)),
    ]
    return {"type": "home", "blocks": blocks}


def _incidents(running: Sequence[Incident], known: Known, language: Language) -> list[Block]:
    """Return the open incidents, the gravest first, each with the buttons of its card."""
    blocks = [views.header(say(language, "home_incidents"))]
    if not running:
        return [*blocks, views.section(say(language, "slash_calm"))]
    gravest = sorted(running, key=lambda one: (-rank(one.severity), one.opened_at))
    for incident in gravest[:INCIDENTS]:
        tongue = known.directory.brand(incident.brand).language
        line = mrkdwn(text.line(incident, tongue), 200)
        blocks += [
            views.section(f"{line}\n{commands.state(incident, tongue)}"),
            buttons.row(incident, tongue, known.web),
        ]
    return blocks + _hidden(len(gravest) - INCIDENTS, language)


def _on_call(governed: Mapping[str, Governed], at: int, language: Language) -> list[Block]:
    lines = [commands.who(one.brand, at, language) for one in list(governed.values())[:ON_CALL]]
    said = "\n".join(lines) or say(language, "home_nothing_yours")
    return [views.section(said), *_hidden(len(governed) - ON_CALL, language)]


def _silences(known: Known, governed: Mapping[str, Governed], at: int, language: Language) -> list[Block]:
    found = [(one.brand, silence) for name, one in governed.items() for silence in known.silenced.running(name, at)]
    heading = [views.header(say(language, "running_silences"))] if found else []
    rows = [silencing.row(brand, silence, _of(brand)) for brand, silence in found[:RUNNING]]
    return heading + rows + _hidden(len(found) - RUNNING, language)


def _overrides(governed: Mapping[str, Governed], at: int, language: Language) -> list[Block]:
    found = [(one, override) for one in governed.values() for override in in_force(one.overrides, at)]
    heading = [views.header(say(language, "running_overrides"))] if found else []
    rows = [threshold.row(one.brand, override, _of(one.brand)) for one, override in found[:RUNNING]]
    return heading + rows + _hidden(len(found) - RUNNING, language)


def _of(brand: Brand) -> str:
    return f"*{mrkdwn(brand.name, 60)}* "


def _hidden(count: int, language: Language) -> list[Block]:
    return [views.context(say(language, "home_more", count=count))] if count > 0 else []
