"""Modal of "Report to Tocsin": which brand a message of Slack is about, and what to say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from alerts.incidents.model import Action
from alerts.rendering.escaping import clean, clip, safe_url
from moderation.intake import Report
from tocsin.slack_app import views
from tocsin.slack_app.text import translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from config.brands.model import Brand
    from detectors.model.signal_text import Language
    from tocsin.slack_app.payloads import View

CALLBACK: Final = "tocsin_report_modal"
BRAND: Final = "brand"
PLACE: Final = "place"
QUEUE: Final = "queue"
INCIDENT: Final = "incident"
TEXT: Final = "text"
TEXT_CHARS: Final = 500


class ReportContext(msgspec.Struct, frozen=True):
    """The message that is reported."""

    id: str
    link: str = ""


def build(
    brands: Mapping[str, Brand], channels: Iterable[str], text: str, context: ReportContext, language: Language
) -> dict[str, Any]:
    """Return the modal; the brand whose channel the message is in is selected.

    Args:
        brands: those watched, by name.
        channels: id and name of the message's channel.
        text: of the message; hostile.
        context: of the message.
        language: of the modal.
    """
    near = set(channels)
    here = next((one.name for one in brands.values() if near & _channels(one)), "")
    options = [(name, name) for name in brands]
    moderates = any(brand.moderation.enabled for brand in brands.values())
    places = [(QUEUE, translate(language, "report_to_queue")), (INCIDENT, translate(language, "report_to_incident"))]
    blocks = [
        views.section(translate(language, "report_choice_intro" if moderates else "report_intro")),
        views.select(BRAND, translate(language, "report_brand"), options, here),
        *([views.select(PLACE, translate(language, "report_to"), places)] if moderates else []),
        views.text_input(TEXT, translate(language, "report_text"), TEXT_CHARS, initial=clip(clean(text), TEXT_CHARS)),
    ]
    title = translate(language, "report_title")
    return views.modal(language, CALLBACK, title, blocks, msgspec.json.encode(context).decode())


def _channels(brand: Brand) -> set[str]:
    return {(name or "").lstrip("#") for name in (brand.slack_channel, brand.moderation_channel)} - {""}


def for_queue(view: View, brands: Mapping[str, Brand], user: str) -> tuple[Brand, Report] | None:
    """Return what a submission puts into which brand's moderation queue; None where it is no report for a queue."""
    action = read(view, brands, user, 0) if view.value(PLACE) == QUEUE else None
    return (brands[action.brand], Report(action.text, action.link, user)) if action else None


def read(view: View, brands: Mapping[str, Brand], user: str, at: int) -> Action | None:
    """Return the action of a submission; None where it names no brand, or says nothing. Values may be forged."""
    brand, text = brands.get(view.value(BRAND)), clip(clean(view.value(TEXT)), TEXT_CHARS)
    try:
        context = msgspec.json.decode(view.private_metadata, type=ReportContext)
    except (msgspec.DecodeError, ValueError):
        return None
    if brand is None or not text:
        return None
    return Action(
        f"slack:report:{context.id}:{user}", brand.name, "open", user, at, text=text, link=safe_url(context.link)
    )
