"""English texts of the community in Slack."""

from __future__ import annotations

from typing import Final

MESSAGES: Final = {
    "people_title": "{brand}: {view}, last {days} days",
    "people_monthly": "{brand}: people of the month",
    "people_none": "Nobody who wrote on three different days in this view.",
    "people_line": "• {author}: {count} mentions on {days} days, {positive} positive, {negative} negative",
    "people_answered": ", answered {count} people",
    "people_hint": "Counts with a filter, no verdict on anyone. {page}",
    "people_page": "Notes and tags are on the pages.",
    "people_off": "{brand} keeps no community: set `community: {{enabled: true}}` in its configuration.",
    "people_view_all": "who writes most",
    "people_view_allies": "allies",
    "people_view_helpers": "helpers",
    "people_view_critics": "critics",
    "people_view_abusive": "abusive",
    "people_view_newly_loud": "newly loud",
    "people_why_allies": "often positive, and in their own words. Thank them.",
    "people_why_helpers": "answer others. Ask what they need.",
    "people_why_critics": "negative and civil. Listen to them.",
    "people_why_newly_loud": "first wrote this week. Read what they say.",
    "people_tag_contacted": "contacted",
    "people_tag_ambassador": "ambassador",
    "people_tag_partner": "partner",
    "people_tag_do_not_contact": "do not contact",
}
