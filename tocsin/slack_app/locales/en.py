"""English texts of the Slack app."""

from __future__ import annotations

from typing import Final

MESSAGES: Final = {
    "refused": "You may not act on {brand}. Nothing was changed. On call: {who}",
    "gone": "This incident is no longer known. Nothing was changed.",
    "failed": "That did not go through. Nothing was changed; please try again.",
    "nobody": "nobody",
    "slash_calm": "No open incidents.",
    "slash_nobody": "{brand}: nobody is on call",
    "slash_called": "{brand}: {called}{then}",
    "slash_then": ", then {who}",
    "slash_unknown_brand": "There is no brand “{brand}”. {known}",
    "slash_near": "Did you mean {names}?",
    "slash_known": "Brands: {names}",
    "slash_unknown_word": "Unknown command “{word}”.",
    "slash_which_brand": "Which brand? Add it to the command: `/tocsin {word} {brand}`.",
    "slash_snooze_span": "“{span}” is not a snooze duration. Use 30m, 2h or morning.",
    "slash_nothing_open": "{brand}: no open incident to snooze.",
    "slash_snoozed": "{brand} is snoozed until {moment}. Until then, you only hear about a rise in severity.",
    "slash_help": "`/tocsin status` open incidents\n"
    "`/tocsin who [BRAND]` who is on call now and next\n"
    "`/tocsin why BRAND` what triggered its latest incident\n"
    "`/tocsin snooze BRAND [30m|2h|morning]` snooze its incident (default: 30m)\n"
    "`/tocsin ack|unack|resolve [BRAND]` its incident; without a name, the only open one\n"
    "`/tocsin note BRAND TEXT` a note in the thread\n"
    "`/tocsin reply [BRAND] [LINK]` the official reply is posted\n"
    "`/tocsin page [BRAND]` page the people on call now\n"
    "`/tocsin assign BRAND @NAME|me` hand over\n"
    "`/tocsin incident BRAND TEXT` open an incident by hand\n"
    "`/tocsin report [BRAND] LINK [WHY]` put a post into the moderation queue\n"
    "`/tocsin silence BRAND [2h] [REASON]` hold back its signals\n"
    "`/tocsin help` this list\n"
    "Only you see the answers. What others need to know is on the incident's message.",
    "slash_none_open": "No open incident to {word}.",
    "slash_no_text": "Say what: `/tocsin {word} {brand} …`.",
    "slash_no_person": "Whom? `/tocsin assign {brand} @name`, or `me`. (“{what}” names nobody.)",
    "slash_silence_span": "“{what}” is no duration from 1m to 7d. Example: `/tocsin silence {brand} 2h campaign`.",
    "slash_done_ack": "{brand}: acknowledged. The escalation stops.",
    "slash_done_unack": "{brand}: open again. The escalation goes on.",
    "slash_done_resolve": "{brand}: resolved.",
    "slash_done_reply": "{brand}: the official reply is marked as posted. The escalation stops.",
    "slash_done_note": "{brand}: the note is in the thread.",
    "slash_done_page": "{brand}: the people on call are paged now.",
    "slash_done_assign": "{brand}: handed over to {who}.",
    "slash_done_incident": "{brand}: the incident is open, and the people on call are paged. If one was open "
    "already, your report is in its thread.",
    "slash_done_silence": "{brand}: silenced until {moment}.",
    "report_title": "Report to Tocsin",
    "report_intro": "This opens an incident and pages the people on call. If one is open already, your "
    "report goes into its thread.",
    "report_brand": "Brand",
    "report_text": "What is happening",
    "report_incomplete": "Choose a brand and say what is happening. Nothing was changed.",
    "submit": "Save",
    "cancel": "Cancel",
    "close": "Close",
    "saving": "Saving …",
    "any_detector": "All detectors",
    "any_channel": "All sources",
    "silence_title": "Silence",
    "silence_intro": "Silenced detections open no incident for {brand} and are not added to one. If one still fires "
    "when the silence ends, you are notified then.",
    "what": "Detector",
    "only_term": "Only with this word",
    "term_hint": "Top words of this incident: {terms}",
    "only_channel": "Only if most mentions come from",
    "how_long": "Duration",
    "why": "Reason",
    "with_term": "with the word “{term}”",
    "in_channel": "mostly from {channel}",
    "until": "until {moment}, by {who}",
    "by_config": "the configuration",
    "running_silences": "Active silences",
    "because": "{what}: {reason}",
    "silenced": "Silenced: {what}",
    "not_offered": "Choose one of the options.",
    "too_long": "Too long.",
    "remove": "Remove",
    "removed": "Removed: {what}",
    "already_over": "That has already ended.",
    "threshold_title": "Change threshold",
    "threshold_intro": "Saved values override the configuration of {brand} until they expire. *Preview* shows what "
    "they would have done over the last 7 days.",
    "preview": "Preview",
    "previewing": "Computing the preview over the last {days} days …",
    "previewed": "*Over the last {days} days* ({count} mentions), with these values:\n{sentence}",
    "preview_empty": "No mentions in the last {days} days, so there is nothing to preview.",
    "preview_failed": "The preview failed. You can still save.",
    "preview_errors": "Correct this first: {what}",
    "until_1d": "For 1 day",
    "until_7d": "For 1 week",
    "until_changed": "Until changed",
    "until_moment": "until {moment}",
    "bad_value": "This value {rule}.",
    "not_configured": "{brand} uses the default thresholds. Add it to the configuration to change them.",
    "nothing_changed": "Nothing has changed. Change a value, or cancel.",
    "overridden": "Saved. Applies from the next mention:\n{what}",
    "as_configured": "{what}: *{value}*, as configured",
    "opened_long_ago": "This form was opened too long ago. Please open it again.",
    "override_line": "{what}: *{value}* instead of {usual}, {until}, by {who}",
    "running_overrides": "Active overrides",
    "today": "Current: {value}{way}",
    "today_overridden": "Current: {value}; configured: {usual}{way}",
    "off": "off",
    "level_low": "low: about 1 false alarm a month",
    "level_medium": "medium: about 1 false alarm a week",
    "level_high": "high: about 1 false alarm a day",
    "param_label": "{detector}: {what}",
    "param_sensitivity": "Sensitivity of all detectors",
    "home_incidents": "Open incidents",
    "home_on_call": "On call",
    "home_nothing_yours": "There are no brands you may act on.",
    "home_as_of": "As of {moment}. Reopen this tab to refresh; `/tocsin help` lists the commands.",
    "home_more": "… and {count} more",
    "digest_title": "*Daily digest*, {moment}",
    "digest_line": "Last 24 hours: {incidents} incidents, {judge} to review",
    "digest_judge": "To review: was it a crisis?",
    "digest_nothing": "no mentions",
    "digest_figures": "{count} mentions (usually {usual}), {share} negative (usually {usual_share})",
    "digest_figures_new": "{count} mentions, {share} negative (no baseline yet)",
}
