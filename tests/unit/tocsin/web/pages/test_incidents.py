"""The pages over HTTP: what they show and what their forms do."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING

import msgspec
import pytest
from aiohttp import ClientError, web
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from alerts.delivery.ports import MessageRef
from alerts.delivery.undelivered import Undelivered
from config.brands.model import Brand
from config.brands.overrides import BrandWithOverrides
from config.settings import Settings
from detectors.model.signal import Contributors, Example
from detectors.model.topic import CopiedPost, TopicPost
from mentions.model.batches import Batch
from replay.tuning.dataset import Dataset
from sources.budget import BudgetLine
from streams.listening.health import SourceHealth
from tests.support.alerts import START, incident_of, signal
from tests.support.topics import COPIED, mention_words, topic, topic_signal
from tests.support.web_app import day, hidden, web_client
from tocsin.demo.scenarios.offline_run import read_config
from tocsin.web.server import build_application
from tocsin.web.sources.recording import RecordingDataSource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.incidents.model import Action, Incident

TOKEN = "a-token-of-some-length"
HOSTILE = '<script>alert(1)</script>"onload=x\u202e'
CRITICAL = "hallowfirth-546570-20260310T1305Z"


class Stage(RecordingDataSource):
    """The invented day, whose acts are only noted."""

    def __init__(
        self, known: Mapping[str, BrandWithOverrides] | None = None, latest: dict[str, Incident] | None = None
    ) -> None:
        base = day()
        incidents = dict(base.latest if latest is None else latest)
        super().__init__(known or base.configured, base.shards, base.dataset, latest=incidents, _tally=base._tally)
        self.sent: list[Action] = []
        self.posted: dict[str, MessageRef] = {}
        self.health: list[SourceHealth] = []
        self.held: list[Undelivered] = []

    def sources(self) -> list[SourceHealth]:
        """Return what was said of the sources."""
        return self.health

    def undelivered(self) -> list[Undelivered]:
        """Return what was said to be undelivered."""
        return self.held

    async def send(self, action: Action) -> None:
        """Note an act."""
        self.sent.append(action)

    def message_ref(self, incident: str) -> MessageRef | None:
        """Return where an incident's message was said to stand."""
        return self.posted.get(incident)


async def test_the_most_severe_brand_stands_first_and_can_be_searched_for() -> None:
    """The board is ordered by what needs somebody, and filtered by state and name."""
    async with web_client(day()) as client:
        page = await (await client.get("/")).text()
        assert page.index("Hallowfirth") < page.index("Voltanelle") < page.index("Pippinworth")
        assert "negative mentions in" in page
        assert "Unacknowledged" in page
        assert "S0ONCALL" in page
        assert "<svg" in page
        some = await (await client.get("/board?state=critical&q=volt")).text()
        assert "Voltanelle" in some
        assert "Hallowfirth" not in some
        assert "No matching brands" in await (await client.get("/?q=zzz")).text()


async def test_the_board_lists_sources_in_trouble() -> None:
    """How many sources are heard stands below the brands, then each that is not, in either language, escaped."""
    stage = Stage()
    now = stage.now()
    stage.health = [
        SourceHealth(
            "feed a",
            ["Hallowfirth"],
            "active",
            "answers in part",
            last_news=now - 180_000,
            budget=[BudgetLine("day", "requests", 1940, 5000), BudgetLine("month", "euros", 28.1, 30)],
        ),
        SourceHealth("x c", ["Hallowfirth"], "resting", "has used its €2.00 of today", now),
        SourceHealth("feed b", ["Hallowfirth"], "silent", last_news=now - 2_400_000, usual_gap=180.0),
        SourceHealth(f"feed {HOSTILE}", ["Hallowfirth"], "failing", "answers 500"),
    ]
    async with web_client(stage) as client:
        page = unescape(await (await client.get("/")).text())
        assert "Sources: 1 of 4 heard" in page
        assert "feed b: silent for 40 min, usually every 3 min" in page
        assert "answers 500" in page
        assert "x c: has used its €2.00 of today" in page
        assert "feed a · active · something new 3 min ago · left: 1,940 requests today, €28.10 this month" in page
        assert "this month · answers in part" in page
        assert HOSTILE not in page
        french = unescape(await (await client.get("/", headers={"Accept-Language": "fr"})).text())
        assert "Sources\u00a0: 1 sur 4 entendues" in french
        assert "reste\u00a0: 1\u202f940 requêtes aujourd’hui, 28,10 € ce mois-ci" in french
        assert "feed b: silencieuse depuis 40 min, d’habitude toutes les 3 min" in french
    async with web_client(Stage()) as client:
        assert "Sources:" not in await (await client.get("/")).text()


async def test_every_answer_is_kept_from_frames_caches_and_scripts_of_others() -> None:
    """Pages, refusals and files carry the headers that protect; a policy allows only what comes from here."""
    async with web_client(day()) as client:
        for path in ("/", "/nothing", "/assets/style.css", f"/incidents/{CRITICAL}", "/brands/x/thresholds"):
            headers = (await client.get(path)).headers
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, path
            assert "unsafe" not in policy
            assert headers["X-Frame-Options"] == "DENY"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"
        assert (await client.get("/")).headers["Cache-Control"] == "no-store"


async def test_without_a_login_only_this_machine_is_answered() -> None:
    """A name of elsewhere that leads here is refused: a page of others must not read ours."""
    async with web_client(day()) as client:
        assert (await client.get("/", headers={"Host": "evil.example"})).status == 403


async def test_nothing_is_shown_and_nothing_done_before_the_login() -> None:
    """Every page but the login's asks for it, and it leads back only to pages of ours."""
    async with web_client(Stage(), web_token=TOKEN) as client:
        for path in ("/", "/board", "/events", f"/incidents/{CRITICAL}", "/brands/Hallowfirth/thresholds"):
            answer = await client.get(path, allow_redirects=False)
            assert answer.status == 303, path
            assert answer.headers["Location"].startswith("/login?next=")
        acts = f"/incidents/{CRITICAL}/actions"
        assert (await client.post(acts, data={"do": "ack"}, allow_redirects=False)).status == 403
        assert (await client.post("/login", data={"token": "wrong", "name": "Eve"})).status == 401
        given = {"token": TOKEN, "name": "Ana", "next": "//evil.example/"}
        answer = await client.post("/login", data=given, allow_redirects=False)
        assert answer.headers["Location"] == "/"
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Ana" in await (await client.get("/")).text()
        out = await client.post("/logout", data={"csrf": hidden(await (await client.get("/")).text(), "csrf")})
        assert out.url.path == "/login"
        again = await client.get("/", headers={"Cookie": cookie.partition(";")[0]}, allow_redirects=False)
        assert again.headers["Location"].startswith("/login")


async def test_a_stream_ends_with_its_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was opened before the logout shows nothing any longer."""
    monkeypatch.setattr("tocsin.web.pages.incidents.POLL_SECONDS", 0.01)
    async with web_client(Stage(), web_token=TOKEN) as client:
        await client.post("/login", data={"token": TOKEN, "name": "Ana"})
        csrf = hidden(await (await client.get("/")).text(), "csrf")
        async with client.get("/events") as events:
            await client.post("/logout", data={"csrf": csrf})
            await asyncio.wait_for(events.content.read(), 60)


async def test_errors_are_pages_and_for_programs_json() -> None:
    """An address that is not there, and one that names what it takes; probes need no login."""
    async with web_client(day(), web_token=TOKEN) as client:
        await client.post("/login", data={"token": TOKEN, "name": "Ana"})
        csrf = hidden(await (await client.get("/")).text(), "csrf")
        missing = await client.get("/nothing", headers={"Accept": "application/json"})
        assert (missing.status, await missing.json()) == (404, {"error": "Page not found."})
        wrong = await client.post("/", data={"csrf": csrf})
        assert (wrong.status, wrong.headers["Allow"]) == (405, "GET,HEAD")
        assert "takes no request of this kind" in await wrong.text()
    async with web_client(day(), web_token=TOKEN) as stranger:
        assert [(await stranger.get(path)).status for path in ("/livez", "/readyz")] == [200, 200]


async def test_many_guesses_at_once_are_limited_before_their_bodies_are_read() -> None:
    """Of forty that are sent together five are looked at; the token among the rest opens nothing."""
    async with web_client(day(), web_token=TOKEN) as client:

        async def guess(number: int) -> int:
            token = TOKEN if number == 39 else f"wrong {number}"
            answer = await client.post("/login", data={"token": token, "name": "Eve"}, allow_redirects=False)
            return answer.status

        statuses = await asyncio.gather(*map(guess, range(40)))
    assert (statuses.count(401), statuses.count(429)) == (5, 35)


async def test_guesses_are_limited() -> None:
    """After five wrong tokens the sixth try is not looked at, right or wrong."""
    async with web_client(day(), web_token=TOKEN) as client:
        for _ in range(5):
            await client.post("/login", data={"token": "wrong", "name": "Eve"})
        answer = await client.post("/login", data={"token": TOKEN, "name": "Eve"})
        assert answer.status == 429
        assert int(answer.headers["Retry-After"]) > 0


async def test_a_link_from_elsewhere_opens_itself_again_so_that_the_cookie_comes_along() -> None:
    """A strict cookie is left out of the first request from another site; the page asks once more from here."""
    async with web_client(day(), web_token=TOKEN) as client:
        answer = await client.get(f"/incidents/{CRITICAL}", headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status == 200
        assert f'content="0;url=/incidents/{CRITICAL}"' in await answer.text()


async def test_an_incident_is_reported_whole_and_answered() -> None:
    """The page has the line, the history and the buttons; a button sends one act, however often it is pressed."""
    stage = Stage()
    async with web_client(stage) as client:
        page = await (await client.get(f"/incidents/{CRITICAL}")).text()
        for words in (
            "Critical Hallowfirth",
            "Severity raised: warning",
            "Opened",
            "microblog",
            "Acknowledge",
            "Not a crisis",
        ):
            assert words in page
        form = {"csrf": hidden(page, "csrf"), "do": "ack"}
        for _ in range(2):
            answer = await client.post(f"/incidents/{CRITICAL}/actions", data=form)
            assert "Sent" in await answer.text()
        first, second = stage.sent
        assert first.id == second.id
        assert (first.kind, first.actor, first.incident, first.brand) == ("ack", "local", CRITICAL, "Hallowfirth")
        await client.post(f"/incidents/{CRITICAL}/actions", data=form | {"do": "note", "text": "called them\u202e"})
        assert (stage.sent[-1].kind, stage.sent[-1].text) == ("note", "called them")
        assert "Snooze until morning" in page
        await client.post(f"/incidents/{CRITICAL}/actions", data=form | {"do": "snooze_morning"})
        snooze = stage.sent[-1]
        until = datetime.fromtimestamp((snooze.until or 0) / 1000, UTC)
        assert (snooze.kind, until.minute, 0 < until.timestamp() - snooze.at / 1000 <= 86_400) == ("snooze", 0, True)
        for do in ("drop", "silence", "threshold", "snooze_week", ""):  # what no page offers
            assert (await client.post(f"/incidents/{CRITICAL}/actions", data=form | {"do": do})).status == 400
        assert (await client.post(f"/incidents/{CRITICAL}/actions", data={"do": "ack"})).status == 403
        assert (await client.post("/incidents/none/actions", data=form)).status == 404
    assert len(stage.sent) == 4


@pytest.mark.parametrize(
    ("accepted", "stated"),
    [
        ("en", ("Topic</h2>", "<b>Risk</b> outage", "rising, doubles every 12 min", "12 near-identical posts")),
        ("fr", ("Sujet</h2>", "<b>Risque</b> panne", "en hausse, double en 12 min", "12 posts quasi identiques")),
    ],
)
async def test_an_incident_s_page_says_what_it_is_about(accepted: str, stated: tuple[str, ...]) -> None:
    """Topic, risk, growth, posts and copies stand on the page, hostile text as text, and nothing is quoted twice."""
    evil = TopicPost(HOSTILE, "forum", START, 9, -0.5)
    about = topic(
        label=HOSTILE,
        terms=(HOSTILE, "Hallowfirth"),
        categories=("outage",),
        first=evil,
        largest=evil,
        groups=(CopiedPost(12, COPIED), CopiedPost(1, evil)),
    )
    again = Contributors((("forum", 3),), (("acme", 9),), (), (Example(HOSTILE, "eve", "forum", "", 0, 0, START),))
    later = topic(number=2, label="refund now")
    incident = incident_of(topic_signal(0, about), signal(1, drivers=again), topic_signal(2, later))
    incident = msgspec.structs.replace(incident, brand="Hallowfirth")
    async with web_client(Stage(latest={incident.id: incident})) as client:
        page = await (await client.get(f"/incidents/{incident.id}", headers={"Accept-Language": accepted})).text()
    for words in (*stated, "refund now", "2015-02-19 14:32"):
        assert words in page, words
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert page.count("<blockquote>") == 1, "the copy; the first post is quoted already"
    assert re.findall('class="chip">([^<]*)', page) == ["forum ", "&lt;script&gt;alert(1)&lt;/script&gt;&#34;onload=x"]


@pytest.mark.parametrize(("accepted", "heading"), [("en", "Words</h2>"), ("fr", "Mots</h2>")])
async def test_without_a_topic_the_page_names_words(accepted: str, heading: str) -> None:
    """The mention that holds them is quoted once: with its link where it is an example."""
    post = TopicPost(HOSTILE, "forum", START, 9, -0.5)
    drivers = Contributors(
        (("forum", 3),), (("kettle", 9),), (), (Example(HOSTILE, "eve", "forum", "https://x.example", 0, 0, START),)
    )
    counted = msgspec.structs.replace(signal(0, drivers=drivers), words=mention_words(terms=((HOSTILE, 3),), post=post))
    alone = msgspec.structs.replace(signal(0, drivers=Contributors()), words=mention_words(post=post))
    for found, quotes in ((counted, 2), (alone, 1)):
        incident = msgspec.structs.replace(incident_of(found), brand="Hallowfirth")
        async with web_client(Stage(latest={incident.id: incident})) as client:
            page = await (await client.get(f"/incidents/{incident.id}", headers={"Accept-Language": accepted})).text()
        assert heading in page
        assert "<script>alert" not in page
        assert "kettle" not in page
        section = page.split(heading)[1].split("</section>")[0]
        assert ("<b>" in section, section.count("alert(1)")) == (True, 1)
        assert page.count("https://x.example") == quotes - 1


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        ("https://slack.com/api/", "https://slack.com/archives/C0000001/p1773152400000100"),
        ("https://slack-gov.com/api/", "https://slack-gov.com/archives/C0000001/p1773152400000100"),
        ("http://127.0.0.1:8000/api/", ""),
    ],
)
async def test_an_incident_s_page_leads_to_its_message(url: str, leads: str) -> None:
    """Where there is one, and it stands in Slack: not in a terminal, nor in a fake Slack."""
    stage = Stage()
    stage.posted = {CRITICAL: MessageRef("C0000001", "1773152400.000100")}
    async with web_client(stage, slack_url=url) as client:
        page = await (await client.get(f"/incidents/{CRITICAL}")).text()
        assert (f'<a href="{leads}" rel="noopener noreferrer">Message in Slack</a>' in page) == bool(leads)
        for elsewhere in (
            {},
            {CRITICAL: MessageRef("#hallowfirth", "1")},
            {CRITICAL: MessageRef("C0000001/../x", "1.000001")},
        ):
            stage.posted = elsewhere
            assert "/archives/" not in await (await client.get(f"/incidents/{CRITICAL}")).text()
    assert day().message_ref(CRITICAL) is None


async def test_whom_a_proxy_names_acts_only_where_the_brand_lets_them() -> None:
    """A brand that names who may act is left alone by others who come through the proxy."""
    known = {
        one.name: BrandWithOverrides(one.model_copy(update={"responders": ("U0ANA",)})) for one in read_config().brands
    }
    stage = Stage(known)
    async with web_client(stage, web_user_header="X-User", web_proxies="127.0.0.1") as client:
        for who, status in (("U0BEN", "You may not act"), ("U0ANA", "Acknowledge")):
            page = await (await client.get(f"/incidents/{CRITICAL}", headers={"X-User": who})).text()
            assert status in page
        form = {"csrf": hidden(page, "csrf"), "do": "ack"}
        await client.post(f"/incidents/{CRITICAL}/actions", data=form, headers={"X-User": "U0ANA"})
    assert [one.actor for one in stage.sent] == ["U0ANA"]


async def test_text_from_outside_is_never_markup() -> None:
    """A brand, an author or a text that holds markup or hidden characters is shown as the characters it is."""
    base = day().latest[CRITICAL]
    finding = next(iter(base.findings.values()))
    example = finding.signal.contributors.examples[0]
    bad = msgspec.structs.replace(example, text=HOSTILE, author=HOSTILE, channel=HOSTILE, url="javascript:alert(1)")
    drivers = msgspec.structs.replace(
        finding.signal.contributors,
        examples=(bad,),
        terms=((HOSTILE, 1),),
        authors=((HOSTILE, 1, 1),),
        channels=((HOSTILE, 2),),
    )
    signal = msgspec.structs.replace(finding.signal, contributors=drivers)
    findings = {"volume_spike": msgspec.structs.replace(finding, signal=signal)}
    history = (msgspec.structs.replace(base.history[0], actor=HOSTILE, reason="noted", text=HOSTILE),)
    incident = msgspec.structs.replace(
        base, brand=HOSTILE, findings=findings, history=history, acknowledged_by=HOSTILE, status="acknowledged"
    )
    stage = Stage(
        {HOSTILE: BrandWithOverrides(Brand(name="x").model_copy(update={"name": HOSTILE}))}, {incident.id: incident}
    )
    async with web_client(stage) as client:
        board = await (await client.get("/")).text()
        links = [*re.findall(r'href="(/brands/[^"]+)"', board), f"/incidents/{incident.id}", "/?q=" + HOSTILE]
        for page in [board, *[await (await client.get(link)).text() for link in links]]:
            assert "<script>alert" not in page
            assert '"onload' not in page
            assert "\u202e" not in page
            assert "javascript:" not in page
            assert "&lt;script&gt;" in page


async def test_the_browser_s_language_is_spoken() -> None:
    """A French browser reads French, any other one English."""
    async with web_client(day()) as client:
        page = await (await client.get("/", headers={"Accept-Language": "fr-CH, fr;q=0.9, en;q=0.8"})).text()
        assert '<html lang="fr">' in page
        assert "Pas encore pris en charge" in page
        assert '<html lang="en">' in await (await client.get("/", headers={"Accept-Language": "de"})).text()


async def test_the_board_tells_the_browser_when_it_has_changed() -> None:
    """The stream of events names the brand whose state moved."""
    stage = Stage(latest={})
    async with web_client(stage) as client, client.get("/events") as events:
        assert events.headers["Content-Type"] == "text/event-stream"
        stage.latest.update(day().latest)
        stated = ""
        while "changed" not in stated:
            stated = (await events.content.readline()).decode()
        assert "Hallowfirth: Critical" in stated


async def test_a_browser_that_leaves_before_its_headers_leaves_no_trace_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As often happens to the stream of events, while somebody walks from page to page."""
    app = build_application(Stage(latest={}), Settings())

    async def answer_late(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()  # as if the connection were lost
        await (response := web.StreamResponse()).prepare(request)
        return response

    app.router.add_get("/late", answer_late)
    with capture_logs() as logged:
        async with TestClient(TestServer(app)) as client:
            with pytest.raises(ClientError):
                await client.get("/late")
    assert (logged, caplog.text) == ([], "")


async def test_an_incident_s_report_runs_apart_from_the_pages() -> None:
    """The report is the one that the command line makes, served so that its scripts reach nothing of ours."""
    material = Dataset()
    for batch in day().dataset.records["Voltanelle"][:3]:
        if isinstance(batch, Batch):
            material.add(batch)
    material.close()
    (late,) = [name for name in day().latest if name.startswith("voltanelle")]
    async with web_client(replace(day(), dataset=material)) as client:
        answer = await client.get(f"/incidents/{late}/report")
        assert answer.status == 200
        assert answer.headers["Content-Security-Policy"].startswith("sandbox allow-scripts")
        assert "Voltanelle: what happened" in await answer.text()


@pytest.mark.parametrize(
    ("language", "board", "badge", "line"),
    [
        (
            "en",
            "Undelivered alerts: 2, the oldest for 12 min. is_archived: …",
            "Undelivered alerts: 1",
            "Not delivered",
        ),
        (
            "fr",
            "Alertes non remises\u00a0: 2, la plus ancienne depuis 12 min. is_archived",
            "remises\u00a0: 1",
            "Non remise",
        ),
    ],
)
async def test_undelivered_alerts_stand_above_the_board_and_on_the_incident(
    language: str, board: str, badge: str, line: str
) -> None:
    """How many, since when, why; the incident's page names each receiver. Text from outside is harmless."""
    stage = Stage()
    since = stage.now() - 12 * 60_000
    stage.held = [
        Undelivered(CRITICAL, f"#{HOSTILE}", since, "Hallowfirth", "is_archived", "…"),
        Undelivered("other", "", since + 60_000, "Voltanelle", "no_route", "…"),
    ]
    headers = {"Accept-Language": language}
    async with web_client(stage) as client:
        shown = unescape(await (await client.get("/", headers=headers)).text())
        assert board in shown
        assert shown.count(badge) == 2
        page = await (await client.get(f"/incidents/{CRITICAL}", headers=headers)).text()
        assert line in page
        assert "2026-03-10 14:08" in page
        assert "no_route" not in page
        assert "<script>alert" not in page
        stage.held.clear()
        assert "Undelivered" not in await (await client.get("/")).text()
