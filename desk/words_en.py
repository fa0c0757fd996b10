"""In which English words does the Slack app speak?"""

from __future__ import annotations

from typing import Final

WORDS: Final = {
    "refused": "You are not among those who may act on {brand}. Nothing was changed. On call: {who}",
    "gone": "This incident is not known any more, so nothing was changed.",
    "failed": "That could not be passed on just now. Nothing was changed; please try again.",
    "nobody": "nobody is named",
    "slash_calm": "No incident is open.",
    "slash_nobody": "{brand}: nobody is on call",
    "slash_then": ", then {who}",
    "slash_unknown_brand": "No brand is called “{brand}” here. {known}",
    "slash_near": "Did you mean {names}?",
    "slash_known": "These are watched: {names}",
    "slash_unknown_word": "“{word}” is no command here. ",
    "slash_which_brand": "Which brand? Write it behind the command: `/tocsin {word} {brand}`.",
    "slash_snooze_span": "“{span}” is no time to snooze for: 30m, 2h or morning.",
    "slash_nothing_open": "{brand}: no incident is open, so there is nothing to snooze.",
    "slash_snoozed": "{brand} is snoozed until {moment}. Only a rise in severity is heard until then.",
    "slash_help": "`/tocsin status` what is open\n"
    "`/tocsin who [BRAND]` who is on call, and who is next\n"
    "`/tocsin why BRAND` what stands behind its latest incident\n"
    "`/tocsin snooze BRAND [30m|2h|morning]` leave its incident in peace for a while (30m where none is named)\n"
    "`/tocsin help` these lines\n"
    "Only you see the answers. Whoever else is to know sees it on the incident's message.",
    "submit": "Save",
    "cancel": "Cancel",
    "close": "Close",
    "passing_on": "Passing it on …",
    "any_detector": "Whatever is found",
    "any_channel": "Wherever it comes from",
    "detector_absolute": "A limit of your own",
    "detector_volume": "More mentions than usual",
    "detector_negative": "More negative mentions than usual",
    "detector_outcry": "A burst in a dark tone",
    "detector_reach": "A negative mention seen by many",
    "detector_shift": "A higher negative share than usual",
    "detector_slow_burn": "A negative share that rises for hours",
    "detector_abuse": "An abusive tone",
    "detector_silence": "A busy channel that falls silent",
    "detector_praise": "Unusual enthusiasm",
    "silence_title": "Silence",
    "silence_intro": "What is silenced opens no incident for {brand} and joins none. What still breaks its rule when "
    "the silence ends is told then.",
    "what": "What",
    "only_term": "Only where this is among the words",
    "term_hint": "Behind this incident: {terms}",
    "only_channel": "Only where most of it comes from",
    "how_long": "For how long",
    "why": "Why, for whoever wonders",
    "with_term": "with the word “{term}”",
    "in_channel": "mostly from {channel}",
    "until": "until {moment}, by {who}",
    "by_config": "the configuration",
    "running_silences": "Running silences",
    "silenced": "Silenced: {what}",
    "not_offered": "Please choose one of those offered.",
    "too_long": "That is too long.",
}
