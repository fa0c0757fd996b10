"""Is a report one page that stands alone, says the truth of the replay, and survives whatever a mention holds?"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from alerts.incidents.model import Action, HistoryEntry
from config.brands.model import default_brand
from config.brands.wire import encode_brand
from detectors.registry import BY_NAME
from mentions.model.batches import Batch as ScoredBatch
from mentions.readers.position import Line, Position
from mentions.watchlist.watchlist import Watchlist
from replay.player.policy_set import PolicySet
from replay.player.recording_replay import RecordedPolicies, RecordingReplay
from replay.player.result import replay
from replay.report.annotations import annotate
from replay.report.data import ReportData, gather
from replay.report.layout import clock
from replay.report.locale import WORDS
from replay.report.page import Publisher, render, summary
from replay.report.provenance import configured, from_files, from_recording
from replay.report.series import to_csv
from replay.report.story import peak_of
from replay.report.threshold_distance import levels
from replay.report.what_if import SCALES, TOGETHER, sliders
from replay.tuning.candidates import BARS, value_of, with_settings
from replay.tuning.dataset import from_recording as reread
from replay.tuning.dataset import gather as read
from streams.recording.format import ConfigEntry, MentionsEntry
from tests.support import labelled_history, recordings
from tests.support.browser import SCREENS, keep, opened
from tests.support.mention_generator import START, MentionGenerator
from tests.support.recordings import UNTIL
from tests.support.topics import mention_words, topic
from tocsin.cli.analyse.pdf import browser
from tocsin.cli.weights import load_scorer
from tocsin.errors import CommandError

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from config.brands.model import Brand
    from mentions.model.batches import Batch, Tick
    from streams.recording.format import Entry

MINUTE = 60_000
ROOT = Path(__file__).parents[3]
BRAND = default_brand("Brisela")
HOSTILE = (
    "Brisela awful terrible </script><script>document.title='owned'</script><img src=x onerror=alert(1)> \u202e"
    + "W" * 200
)


@cache
def lines() -> tuple[str, ...]:
    """Return a calm time, then a storm; the first mention of the storm is hostile in every field."""
    calm = MentionGenerator(900, seed=41, brands=("Brisela",), angry=0.1, repeated=0.0)
    storm = MentionGenerator(
        300, seed=42, brands=("Brisela",), start=calm.end, angry=0.9, span=calm.span / 6, repeated=0.0
    )
    stated = [*calm.mentions(), *storm.mentions()]
    for mention in stated[1000:1004]:
        mention |= {"text": HOSTILE, "author": "<b onclick=x>" + "A" * 90, "reach": 9_000_000}
    return tuple(map(json.dumps, stated))


def records(count: int | None = None) -> list[Batch | Tick]:
    """Return the first mentions, scored."""
    found = (Line(number, text.encode(), Position(0, number)) for number, text in enumerate(lines()[:count], 1))
    return read(found, Watchlist([BRAND.brand_terms(0)]), load_scorer(None)).records["Brisela"]


def reported(brand: Brand, found: list[Batch | Tick], incident: str | None = None) -> ReportData:
    """Return what there is to report on a file of mentions."""
    return gather(brand, found, from_files("past.jsonl", brand, found), incident)


@cache
def facts() -> ReportData:
    """Return what there is to report."""
    return reported(BRAND, records())


@cache
def lived() -> ReportData:
    """Return what there is to report on a recording in which people acted, under rules of its own."""
    acts = [
        Action("a1", "Brisela", "ack", "U0ANA", UNTIL + 20 * MINUTE),
        Action("a2", "Brisela", "note", HOSTILE, UNTIL + 21 * MINUTE, text=HOSTILE),
        Action("a3", "Brisela", "verdict", "U0ANA", UNTIL + 30 * MINUTE, verdict="crisis"),
    ]
    rules = with_settings(BRAND, {"detect.negative_spike.peak_ratio": 1.1, "alert.escalate_warning": "5m"})
    entries: list[Entry] = [
        ConfigEntry(0, "Brisela", 3, json.loads(encode_brand(rules)))
        if isinstance(entry, ConfigEntry) and entry.name == "Brisela"
        else entry
        for entry in recordings.entries(recordings.mentions(), acts)
        if not isinstance(entry, MentionsEntry)
    ]
    played = RecordingReplay(RecordedPolicies(recordings.header()))
    list(played.run(entries))
    found = reread(entries).records["Brisela"]
    origin = from_recording("storm.tocsin", recordings.header(), entries, "Brisela", found)
    return gather(configured(entries, "Brisela"), found, origin, lived=played.result)


@pytest.fixture
def page(tmp_path: Path) -> str:
    """Return the address of the page."""
    (tmp_path / "report.html").write_text(render(facts(), "en"), encoding="utf-8")
    return (tmp_path / "report.html").as_uri()


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG counts it."""
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_slider_holds_what_the_detectors_do() -> None:
    """Each step of the slider is a replay of the same mentions under those bars."""
    bars = facts().sliders[0]
    assert [one.value for one in bars.settings] == [f"× {scale:g}" for scale in SCALES]
    for scale, one in ((SCALES[0], bars.settings[0]), (SCALES[-1], bars.settings[-1])):
        settings = {bar: max(0.1, round(value_of(BRAND, bar) * scale, 2)) for bar in BARS}
        courses = replay(PolicySet.of([with_settings(BRAND, settings)]), records(), None).timelines()
        assert one.opened == [course.opened_at for course in courses]


def test_each_threshold_that_mattered_has_its_slider() -> None:
    """Of every detector that came near its level the deciding threshold was tried, today's value among the others."""
    near = {one.detector for one in facts().levels if one.nearest.fires}
    assert near
    tried = {knob.name.split(".")[1] for knob in facts().sliders if knob.name.startswith("detect.")}
    assert near <= tried
    for knob in facts().sliders:
        assert sum(one.today for one in knob.settings) == 1
        today = next(one for one in knob.settings if one.today)
        assert today.opened == [course.opened_at for course in facts().courses]


def test_other_bars_would_have_done_otherwise() -> None:
    """On days with storms that grow, the slider shows a difference, and today's step is what the replay told."""
    after = (START + labelled_history.STORMS[0] + timedelta(hours=3)).isoformat()
    found = (
        Line(n, json.dumps(one).encode(), Position(0, n))
        for n, one in enumerate(labelled_history.mentions(), 1)
        if one["published_at"] < after
    )
    records = read(found, Watchlist([BRAND.brand_terms(0)]), load_scorer(None)).records["Brisela"]
    bars = next(knob for knob in sliders(BRAND, records, ()) if knob.name == TOGETHER).settings
    assert len({tuple(one.opened) for one in bars}) > 1
    courses = replay(PolicySet.of([BRAND]), records, None).timelines()
    today = next(one for one in bars if one.today)
    assert today.opened == [course.opened_at for course in courses]
    assert today.pages == sum(course.pages for course in courses)


def test_a_detector_fires_where_it_reaches_its_level() -> None:
    """A detector with one level that found something stands at or above it, as its evidence says; none other does."""
    stated = {
        finding.signal.detector for note in facts().outcome.notifications for finding in note.incident.findings.values()
    }
    fired = {one.detector for one in facts().levels if one.nearest.nearness >= 1}
    assert {name for name in stated if BY_NAME[name].charted} == fired
    assert all(one.nearest.observed >= one.nearest.level for one in facts().levels if one.nearest.fires)


def test_the_summary_says_what_it_was_about() -> None:
    """Topic and risk category stand in the summary and in the figures at a glance, in both languages."""
    about = facts().focus
    assert about is not None
    course = replace(about, topic=topic(label="<b>six hours\u202e on board</b>", categories=("outage",)))
    found = replace(facts(), focus=course, courses=[course, replace(course, topic=None)])
    assert "It is about “<b>six hours on board</b>” (outage)." in summary(found, "en")
    assert "Sujet : « <b>six hours on board</b> » (panne)." in summary(found, "fr").replace("\xa0", " ")
    page = render(found, "en")
    assert "<dt>Topic</dt><dd>“&lt;b&gt;six hours on board&lt;/b&gt;” <small><bdi>outage</bdi></small></dd>" in page
    assert "<b>six" not in page
    assert page.count("“&lt;b&gt;six hours on board&lt;/b&gt;” (outage)</td>") == 1, "one row of the two incidents"
    assert "\u202e on board" not in page


def test_without_a_topic_the_summary_names_words() -> None:
    """In the sentence, in the figures at a glance and in the row of the incident."""
    about = facts().focus
    assert about is not None
    course = replace(about, topic=None, words=mention_words(terms=(("<b>frozen\u202e", 3), ("refund", 2))))
    found = replace(facts(), focus=course, courses=[course, replace(course, words=None)])
    assert "Words of its mentions: “<b>frozen”, “refund”." in summary(found, "en")
    assert "Mots de ses mentions : « <b>frozen », « refund »." in summary(found, "fr").replace("\xa0", " ")
    page = render(found, "en")
    assert "<dt>Words</dt><dd>“&lt;b&gt;frozen”, “refund”" in page
    assert page.count("words “&lt;b&gt;frozen”, “refund”</td>") == 1
    assert "<b>frozen" not in page


def test_how_often_time_is_reported_changes_no_level() -> None:
    """The levels are those that the live detectors name in their evidence."""
    found = levels(BRAND, records(), facts().times, facts().step)
    evidence = {
        (signal.detector, signal.evidence.threshold)
        for note in facts().outcome.notifications
        for signal in [finding.signal for finding in note.incident.findings.values()]
    }
    for one in found:
        if one.nearest.fires and one.metric != "cusum":
            levels_seen = {seen.level for seen in one.observations if seen}
            assert levels_seen & {level for name, level in evidence if name == one.detector}, one.detector


def test_what_people_did_is_on_the_page() -> None:
    """Acknowledgement, note, verdict and steps of the escalation are told with who did them."""
    found = annotate(lived().notifications, "en")
    assert {"alert", "escalation", "act"} <= {mark.kind for mark in found}
    assert [mark.at for mark in found] == sorted(mark.at for mark in found)
    text = " ".join(mark.text for mark in found)
    assert "Acknowledged by U0ANA" in text
    assert "Verdict: real crisis" in text
    assert "U0ANA acknowledged it after" in summary(lived(), "en")
    assert WORDS["en"]["why_files"] in render(facts(), "en")


def test_the_rules_of_a_recording_are_on_the_page() -> None:
    """What differed from the built-in rules is named with both values, and so is what judged the mentions."""
    (rules,) = lived().origin.rules
    assert rules.revision == 3
    assert ("detect.negative_spike.peak_ratio", "1.1") in {(one.path, one.value) for one in rules.settings}
    page = render(lived(), "fr")
    assert "alert.escalate_warning" in page
    assert lived().origin.scorers[0] in page
    assert "</script><script>document.title" not in page


def test_every_mention_is_in_the_timeline() -> None:
    """The columns add up to the mentions of the run."""
    assert sum(facts().mentions) == facts().outcome.mentions
    assert all(bad <= every for bad, every in zip(facts().negative, facts().mentions, strict=True))


def test_both_languages_have_the_same_words() -> None:
    """What one language says, the other says with the same figures, and the page names its language."""
    assert WORDS["en"].keys() == WORDS["fr"].keys()
    for key, text in WORDS["en"].items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", WORDS["fr"][key])), key
    assert '<html lang="fr">' in render(facts(), "fr")
    assert "incident" in summary(facts(), "fr")


def test_the_summary_names_the_most_severe_moment_by_the_clock_of_the_brand() -> None:
    """Not the figures of the opening; and no instant is in another time zone than the brand's."""
    brand = BRAND.model_copy(update={"timezone": "Asia/Kolkata"})
    found = replace(facts(), brand=brand)
    assert found.focus is not None
    peak = peak_of(found.focus.incident, "en")
    text = summary(found, "en")
    assert f"was at its worst at {clock(peak.at, 'Asia/Kolkata')}: {peak.text}." in text
    assert clock(peak.at) not in text
    page = render(found, "en")
    assert "Time (Asia/Kolkata)" in page
    assert clock(found.focus.opened_at) not in page


def test_what_is_drawn_can_be_taken_along_as_csv() -> None:
    """A row for each step, with what each detector observed and from which value it fires."""
    head, *rows = csv.reader(to_csv(facts().series, facts().levels, "Europe/Paris").splitlines())
    assert head[:3] == ["time", "mentions", "negative"]
    assert [int(row[1]) for row in rows] == facts().mentions
    assert {len(row) for row in rows} == {3 + 2 * len(facts().levels)}
    assert rows[0][0].endswith("+01:00")


@pytest.mark.slow
def test_a_long_time_has_a_chart_of_the_crisis_in_finer_steps() -> None:
    """The hours around the most severe incident, not a spike at the edge of a month."""
    focus = facts().focus
    assert focus is not None
    calm = [replace_times(record, -30 * 86_400_000) for record in records(50)]
    found = reported(BRAND, [*calm, *records()])
    assert found.step > found.crisis.step
    assert found.crisis.times[0] <= focus.opened_at <= found.crisis.end
    assert WORDS["en"]["whole"] in render(found, "en")


def replace_times(record: Batch | Tick, shift: int) -> Batch | Tick:
    """Return a record of another time."""
    if isinstance(record, ScoredBatch):
        instants = [at + shift for at in record.published]
        ids = [one + 1 for one in record.ids]
        return structs.replace(record, published=instants, arrived=[at + shift for at in record.arrived], ids=ids)
    return structs.replace(record, read_up_to=record.read_up_to + shift)


def test_a_live_incident_is_as_it_was_lived() -> None:
    """What people did comes from the incident, not from a replay that knows nobody."""
    focus = facts().focus
    assert focus is not None
    at = focus.opened_at + 7 * MINUTE
    history = (*focus.incident.history, HistoryEntry(at, "U0ANA", "official_reply", "https://brisela.example/we"))
    found = replace(facts(), lived_incident=structs.replace(focus.incident, history=history))
    assert "U0ANA marked the official reply as posted after 7 min." in summary(found, "en")
    marks = annotate(found.notifications, "en", "UTC", found.lived_incident)
    assert any("Official reply posted by U0ANA: https" in mark.text and mark.kind == "act" for mark in marks)


def test_whose_report_it_is_stands_at_its_head() -> None:
    """Names are escaped; the picture is in the page."""
    page = render(facts(), "fr", Publisher("<b>Lighthouse", "Northhallow", "data:image/png;base64,AAAA"))
    assert "Établi par &lt;b&gt;Lighthouse pour Northhallow" in " ".join(page.split())
    assert '<img src="data:image/png;base64,AAAA"' in page


def test_without_a_browser_the_way_to_a_pdf_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is computed for minutes before that is said."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CommandError, match="no Chromium found: install it"):
        browser()


def test_no_name_acts_on_the_page() -> None:
    """A brand, a file and a person may be called anything."""
    named = replace(
        lived(), brand=BRAND.model_copy(update={"name": HOSTILE}), origin=lived().origin._replace(name=HOSTILE)
    )
    page = render(named, "en")
    assert page.count("&lt;/script&gt;&lt;script&gt;document.title") >= 4
    assert "<script>document.title" not in page
    assert "<img" not in page


def test_a_calm_past_is_reported_as_calm() -> None:
    """Where nothing fired, the page says so."""
    found = reported(BRAND, records(50))
    assert "no alert" in summary(found, "en")
    assert WORDS["en"]["whatif"] in render(found, "en")


def test_an_incident_is_found_by_its_id_or_those_there_are_are_named() -> None:
    """A wrong id is answered with the right ones."""
    known = facts().courses[0].incident.id
    assert reported(BRAND, records(), known).since >= facts().since
    with pytest.raises(LookupError, match=re.escape(known)):
        reported(BRAND, records(), "nonsense")


def test_the_page_stands_in_a_browser(page: str) -> None:
    """Charts are drawn, nothing is fetched, hostile texts act on nothing, nothing is wider than the screen."""
    with opened() as tab:
        asked: list[str] = []
        errors: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("pageerror", lambda error: errors.append(str(error)))
        for screen, scheme in (("phone", "light"), ("desktop", "dark")):
            tab.set_viewport_size(SCREENS[screen])
            tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two
            tab.goto(page)
            tab.wait_for_selector(".js-plotly-plot .main-svg")
            assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            soft = tab.evaluate("getComputedStyle(document.querySelector('.main-svg text')).fill")
            assert contrast(soft, tab.evaluate("getComputedStyle(document.body).backgroundColor")) >= 4.5
            keep(tab, f"report-{screen}-{scheme}")
        assert not errors
        assert {url for url in asked if not url.startswith(("data:", "blob:"))} == {page}
        assert "owned" not in tab.title()
        assert tab.locator("img[src=x]").count() == 0
        _move(tab)


def _move(tab: Page) -> None:
    """See that the slider is moved by the keyboard, and that another threshold has a slider of its own."""
    before = tab.inner_text("#found")
    tab.focus("#scale")
    tab.keyboard.press("ArrowLeft")
    assert tab.inner_text("#found") != before
    assert tab.get_attribute("#scale", "aria-valuetext") == tab.inner_text("#found")
    tab.select_option("#threshold", "1")
    assert tab.locator(".tried:visible").count() == 1
    assert tab.inner_text(".tried:visible tr.now td >> nth=0") in tab.inner_text("#found")
    tab.emulate_media(media="print")
    assert tab.locator(".tried:visible").count() == tab.locator(".tried").count()


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    """A file of mentions becomes a page; a brand nobody mentions is an error."""
    (tmp_path / "past.jsonl").write_text("\n".join(lines()[:300]), encoding="utf-8")
    given = [str(tmp_path / "past.jsonl"), "--defaults", "-o", str(tmp_path / "out.html"), "--brand"]
    command = [sys.executable, "-P", "-m", "tocsin", "report", *given]
    done = subprocess.run([*command, "Brisela"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "<html" in (tmp_path / "out.html").read_text(encoding="utf-8")
    done = subprocess.run([*command, "Nobody"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "no mention of Nobody" in done.stderr
