"""Shared layout of reports: one file that fetches nothing, with style, charts and clock format."""

from __future__ import annotations

import base64
import gzip
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

if TYPE_CHECKING:
    from config.brands.model import Language

GRID: Final = "rgba(128,128,128,.22)"
GREY: Final = "#7a7a80"


class Chart(NamedTuple):
    """A chart: its data as JSON safe within a page, its alternative text, its height."""

    data: Markup
    alt: str
    height: int


def chart(figure: Any, alt: str) -> Chart:
    """Return a plotly figure, laid out as all charts of a report are."""
    figure.update_layout(
        template="none",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": GREY, "size": 13, "family": "system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif"},
        hoverlabel={"align": "left"},
    )
    figure.update_xaxes(gridcolor=GRID, zeroline=False)
    figure.update_yaxes(gridcolor=GRID, zeroline=False)
    data = figure.to_json().replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Chart(Markup(data), alt, figure.layout.height)  # noqa: S704  no character that HTML knows is left in it


def page(template: str, language: Language, **values: object) -> str:
    """Return a page: a template with its values, all text escaped."""
    return (
        _environment().get_template(template).render(language=language, plotly=_library(), **{"clock": clock, **values})
    )


def clock(at: int, zone: str = "UTC") -> str:
    """Return an instant in readable form, by the clock of a time zone.

    >>> clock(0), clock(0, "Europe/Paris")
    ('1970-01-01 00:00', '1970-01-01 01:00')
    """
    return f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


@cache
def _library() -> str:
    """Return the charts' library, compressed: the browser unpacks it."""
    return base64.b64encode(gzip.compress(get_plotlyjs().encode(), mtime=0)).decode()


@cache
def _environment() -> Environment:
    return Environment(loader=PackageLoader("replay.report"), autoescape=True, undefined=StrictUndefined)
