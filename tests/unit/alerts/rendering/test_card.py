"""What stands on the card?"""

from __future__ import annotations

import json
import re
from typing import Any

from msgspec.structs import replace

from alerts.incidents.findings import create
from alerts.rendering.card import Chart
from alerts.rendering.charts.sparkline import sparkline
from alerts.rendering.message import Message, render_message, render_reply
from alerts.rendering.route import Route
from detectors.model.signal import Contributors, Coverage, Example, Signal
from tests.support.alerts import MINUTE, START, Record, action, now, run, signal
from tests.support.markup import texts
from tocsin.demo.fake_slack.block_kit import block_errors, utf16_length

ROUTE = Route("#alerts", "en", "<@U024BE7LH>")


def card(*records: Record, page: bool = False, route: Route = ROUTE, **options: Any) -> Message:
    """Return the card of the last notification."""
    return render_message(run(*records)[1][-1], route, page=page, **options)


def covered(coverage: Coverage, base: Signal | None = None) -> Signal:
    """Return a signal that says how many channels speak."""
    return replace(base or signal(0), coverage=coverage)


def shown(made: Message) -> str:
    """Return all the mrkdwn of a card."""
    return "\n".join(texts(made.blocks))


def test_the_card_leads_with_the_line_that_the_phone_shows() -> None:
    """Text fallback and headline are the same line."""
    made = card(signal(0))
    assert made.blocks[0]["type"] == "header"
    assert made.blocks[0]["text"]["text"] == made.text
    assert made.text == "🟠 Warning acme: 83 negative mentions in 10 min, usually 6 (14×)"


def test_only_a_page_mentions_somebody() -> None:
    """An edit or a watch rings nobody."""
    assert "<@U024BE7LH> please take a look" in shown(card(signal(0), page=True))
    assert "U024BE7LH" not in shown(card(signal(0)))


def test_facts_of_every_detector_stand_beside_their_usual_the_leading_first() -> None:
    """Numbers without the usual value mean nothing."""
    made = card(signal(0, detector="volume_spike", observed=30), signal(0, detector="negative_spike"))
    (facts,) = [block["fields"] for block in made.blocks if "fields" in block]
    assert [fact["text"].split("\n")[0] for fact in facts] == [
        "83 negative mentions in 10 min, usually 6 (14×)",
        "30 negative mentions in 10 min, usually 6 (5×)",
    ]


def test_the_same_figure_is_reported_once() -> None:
    """Two detectors that look at the same count say one thing, with the longer course."""
    course = [signal(m, detector="volume_spike", observed=observed) for m, observed in enumerate((21, 42, 83))]
    made = card(*course, signal(2, detector="negative_burst"))
    (facts,) = [block["fields"] for block in made.blocks if "fields" in block]
    (only,) = [fact["text"] for fact in facts]
    assert only == "83 negative mentions in 10 min, usually 6 (14×)\n▃▅█"


def test_since_when_and_how_fast_it_grows() -> None:
    """Growth compares with up to ten minutes before."""
    made = shown(card(*(signal(m, observed=60 + 10 * m) for m in range(15)), now(15)))
    assert f"Since <!date^{START // 1000}^{{date_short_pretty}} {{time}}|2015-02-19 14:32 UTC>" in made
    assert "2× the level 10 min ago" in made


def test_the_peak_is_shown_once_it_is_past() -> None:
    """What is falling says how high it was."""
    made = shown(card(signal(0), signal(1, observed=300), signal(5, observed=90), now(5)))
    assert f"Peak at <!date^{START // 1000 + 60}^{{time}}|2015-02-19 14:33 UTC>: 300 negative mentions" in made


def test_what_drives_it() -> None:
    """Channels, words and authors with their counts, and reach where it is known."""
    made = shown(card(signal(0)))
    assert "*Where* twitter 61, forum 22" in made
    assert "*Words* refund 31, gate 12 17" in made
    assert "*Who* mira 5 (reach 48,000), tom 3 (reach 120)" in made


def test_examples_are_quoted_and_escaped() -> None:
    """A post that tries to ping the channel is shown as it was written."""
    example = Example(
        "<!channel> *free* `rm` <https://evil.example|here>", "<@U1>", "x|y", "https://ok.example/1", 0, 0, START
    )
    made = shown(card(signal(0, drivers=Contributors(examples=(example,)))))
    assert "“&lt;!channel&gt; *free* ˋrmˋ &lt;https://evil.example|here&gt;”" in made
    assert "<https://ok.example/1|open>" in made


def test_coverage_is_shown_where_it_is_known() -> None:
    """Five of six sources is part of the truth."""
    made = card(covered(Coverage(5, 6, 0.82, ("forum",))))
    assert "5 of 6 usual channels active, with 82% of the usual mentions; no data from forum" in shown(made)
    assert "usual channels active" not in shown(card(signal(0)))


def test_a_long_course_keeps_its_latest_and_its_highest_in_few_bars() -> None:
    """Thirty values in fifteen bars, in two columns of a card."""
    trail = tuple((START + place, 8.0 if place == 29 else 1.0) for place in range(30))
    made = sparkline([value for _, value in trail])
    assert made == "▂" * 14 + "█"


def test_a_course_that_stays_where_it_is_has_no_bars() -> None:
    """A row of equal bars would only take room on a phone."""
    assert sparkline([value for _, value in create(signal(0)).recent_values]) == ""
    (facts,) = [block["fields"] for block in card(*(signal(m) for m in range(9))).blocks if "fields" in block]
    assert [fact["text"] for fact in facts] == ["83 negative mentions in 10 min, usually 6 (14×)"]


def test_a_chart_is_on_the_card_once_it_is_uploaded() -> None:
    """With words for who does not see it, and what its bars are in the brand's language."""
    chart = Chart("F00000001", 1, START, 5, "at most 80")
    (image,) = [block for block in card(signal(0), chart=chart).blocks if block["type"] == "image"]
    assert block_errors(image) == []
    assert image["slack_file"] == {"id": "F00000001"}
    assert image["alt_text"] == "at most 80"
    assert "5 min" in image["title"]["text"]


def test_the_card_says_what_would_have_kept_it_silent() -> None:
    """The threshold is named, and the one that would not have been reached."""
    sentence = "Fires from 24 negative mentions in 10 min; only a threshold above {} would have kept it quiet."
    assert sentence.format(83) in shown(card(signal(0)))
    assert sentence.format(300) in shown(card(signal(0), signal(1, observed=300), signal(5, observed=90), now(5)))


def test_late_mentions_are_called_late() -> None:
    """On the line that the phone shows, and with their times below."""
    late = {"late": 71.0, "late_from": START, "late_to": START + 10 * MINUTE, "late_arrived": START + 40 * MINUTE}
    base = signal(0)
    made = card(replace(base, evidence=replace(base.evidence, extra=late)))
    assert made.text == "🟠 Warning acme: 83 negative mentions in 10 min, 71 of them late, usually 6 (14×)"
    assert "71 of these mentions were published between <!date" in shown(made)
    assert ", and arrived at <!date" in shown(made)


def test_who_acknowledged_is_on_the_card() -> None:
    """Acknowledged, snoozed and judged are visible to all."""
    acts = [
        action(1, actor="U024BE7LH"),
        action(2, "snooze", until=START + 62 * MINUTE),
        action(3, "verdict", verdict="crisis"),
    ]
    made = shown(card(signal(0), *acts))
    assert "*Acknowledged* by <@U024BE7LH> at <!date" in made
    assert "Snoozed until <!date" in made
    assert "Verdict: real crisis" in made


def test_a_reply_of_a_person_carries_their_words_escaped() -> None:
    """A note is text from outside as well."""
    note = run(signal(0), action(1, "note", actor="ada <x>", text="see <!here>"))[1][-1]
    assert render_reply(note, ROUTE, page=False).text == "ada &lt;x&gt;: see &lt;!here&gt;"


def test_the_plain_message_is_text_alone_and_still_pages() -> None:
    """What is left when Slack takes no card."""
    made = card(signal(0), page=True, text_only=True)
    assert made.blocks == []
    assert made.text.endswith("(14×) <@U024BE7LH> please take a look")


def test_a_french_card_holds_no_english_word_of_ours() -> None:
    """Language is chosen in one place."""
    route = Route("#alertes", "fr", "<@U024BE7LH>")
    chart = Chart("F00000001", 1, START, 5, "")
    made = card(covered(Coverage(5, 6, 0.8)), action(1), page=True, route=route, chart=chart)
    text = json.dumps(made.blocks, ensure_ascii=False)
    for word in ("Since", "usually", "Acknowledged", "please", "channels active", "Fires", "Where", "grey"):
        assert word not in text


def test_the_longest_of_everything_is_cut_nowhere_in_the_middle_of_markup() -> None:
    """Five of each, all of the characters that grow when escaped: every part still fits its block whole."""
    worst, most = "&" * 300, 10**18
    examples = (Example(worst, worst, worst, "https://x.example/?" + "&" * 90, most, 0.0, START),) * 3
    drivers = Contributors(((worst, most),) * 9, ((worst, most),) * 9, ((worst, most, most),) * 9, examples)
    made = card(covered(Coverage(most, most, 1.0, (worst,) * 9), signal(0, drivers=drivers)), page=True)
    assert max(utf16_length(text) for text in texts(made.blocks)) < 3000
    assert not re.search(r"&(?!amp;)", " ".join(texts(made.blocks)))
    assert len([text for text in texts(made.blocks) if text.startswith("> ")]) == 3
