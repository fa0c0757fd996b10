"""English texts of the community page."""

from __future__ import annotations

from typing import Final

MESSAGES: Final = {
    "community": "Community",
    "community_of": "Who writes about {brand}",
    "community_off": "Nothing is kept of who writes about {brand}. Set community: {{enabled: true}} for it in "
    "brands.yaml, and run tocsin community --follow.",
    "community_empty": "No author in this view. Nobody with fewer than three different days is shown.",
    "community_hint": "Counts with a filter, no verdict on anyone: at least so many mentions, shares shrunk towards "
    "the brand’s own where an author wrote little.",
    "view_all": "All",
    "view_allies": "Allies",
    "view_helpers": "Helpers",
    "view_critics": "Critics",
    "view_abusive": "Abusive",
    "view_newly_loud": "Newly loud",
    "meaning_all": "Everybody who wrote on three different days or more.",
    "meaning_allies": "Mostly positive, civil, in their own words.",
    "meaning_helpers": "Half of what they write answers others, three people or more.",
    "meaning_critics": "Mostly negative, civil, in their own words: to be listened to.",
    "meaning_abusive": "Three abusive mentions or more.",
    "meaning_newly_loud": "First wrote in the last seven days, five mentions or more.",
    "days_7": "7 days",
    "days_30": "30 days",
    "days_90": "90 days",
    "col_author": "Author",
    "col_mentions": "Mentions",
    "col_days": "Days",
    "col_since": "Since",
    "col_positive": "Positive",
    "col_negative": "Negative",
    "col_abusive": "Abusive",
    "col_people": "People answered",
    "col_earned": "Engagement",
    "col_note": "Note",
    "tag_none": "No tag",
    "tag_contacted": "Contacted",
    "tag_ambassador": "Ambassador",
    "tag_partner": "Partner",
    "tag_do_not_contact": "Do not contact",
    "note_label": "Tag and note about {author}",
    "note_text": "Note",
    "note_keep": "Keep",
    "note_edit": "Note…",
    "note_by": "{who}, {at}",
    "export_csv": "Export CSV",
}
