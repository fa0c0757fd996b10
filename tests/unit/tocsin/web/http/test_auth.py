"""Authentication of the web pages."""

from __future__ import annotations

import pytest

from alerts.rendering.escaping import is_slack_id
from config.settings import Settings
from tocsin.web.http.auth import FAILURE_WINDOW, MAX_FAILURES, SESSION_SECONDS, Authenticator, bind_error, verify_csrf

TOKEN = "a-token-of-some-length"
PROXY = {"web_user_header": "X-Forwarded-User", "web_proxies": "10.0.0.0/8"}


def access(now: list[float], **settings: object) -> Authenticator:
    """Return who decides, at a time that the test sets."""
    return Authenticator(Settings.model_validate(settings), lambda: now[0])


def test_a_person_with_the_token_is_known_by_their_name() -> None:
    """A cookie for the token names its owner on the next request."""
    there = access([1000.0], web_token=TOKEN)
    cookie = there.log_in("192.0.2.1", TOKEN, " Ana\u202e ")
    assert cookie is not None
    session = there.session("192.0.2.1", {}, cookie)
    assert session is not None
    assert (session.user, session.method) == ("Ana", "token")


def test_nobody_with_the_token_can_take_the_name_of_a_person_in_slack() -> None:
    """A name that looks like a Slack id is marked; one that a proxy gives is that person's."""
    there = access([1000.0], web_token=TOKEN, **PROXY)
    for name in ("U024BE7LH", " S0614TZR7\u202e", "W012A3CDE"):
        cookie = there.log_in("192.0.2.1", TOKEN, name)
        assert cookie is not None
        session = there.session("192.0.2.1", {}, cookie)
        assert session is not None
        assert session.user.endswith(" (web)")
        assert not is_slack_id(session.user)
    behind = there.session("10.1.2.3", {"X-Forwarded-User": "U024BE7LH"}, "")
    assert behind is not None
    assert behind.user == "U024BE7LH"


def test_a_cookie_that_was_touched_or_is_of_another_token_or_old_is_worth_nothing() -> None:
    """A session holds as signed, for one token, for its time."""
    now = [1000.0]
    there = access(now, web_token=TOKEN)
    cookie = there.log_in("192.0.2.1", TOKEN, "Ana")
    assert cookie is not None
    assert there.session("192.0.2.1", {}, cookie[:-2] + "xx") is None
    assert access(now, web_token=f"{TOKEN}2").session("192.0.2.1", {}, cookie) is None
    assert there.session("192.0.2.1", {}, "") is None
    now[0] += SESSION_SECONDS + 2
    assert there.session("192.0.2.1", {}, cookie) is None


def test_a_session_outlives_a_restart() -> None:
    """A second process with the same token takes the cookies of the first."""
    cookie = access([1000.0], web_token=TOKEN).log_in("192.0.2.1", TOKEN, "Ana")
    assert cookie is not None
    assert access([1001.0], web_token=TOKEN).session("192.0.2.9", {}, cookie) is not None


def test_an_address_that_guesses_has_to_wait_and_others_do_not() -> None:
    """After the allowed tries an address waits until the oldest of them is long ago."""
    now = [1000.0]
    there = access(now, web_token=TOKEN)
    for _ in range(MAX_FAILURES):
        assert there.begin_attempt("192.0.2.1") == 0
        assert there.log_in("192.0.2.1", "guess", "Eve") is None
    assert there.begin_attempt("192.0.2.1") > FAILURE_WINDOW - 10
    assert there.begin_attempt("192.0.2.2") == 0
    now[0] += FAILURE_WINDOW + 2
    assert there.begin_attempt("192.0.2.1") == 0


def test_attempts_under_way_count() -> None:
    """Many at once are no way around the limit; the right token among the first forgives them."""
    there = access([1000.0], web_token=TOKEN)
    begun = [there.begin_attempt("192.0.2.1") for _ in range(300)]
    assert begun.count(0) == MAX_FAILURES
    assert there.log_in("192.0.2.1", TOKEN, "Ana") is not None
    assert there.begin_attempt("192.0.2.1") == 0


def test_an_address_that_waits_does_not_wait_longer_for_asking() -> None:
    """Only attempts that were allowed count, and they expire one by one."""
    now = [1000.0]
    there = access(now, web_token=TOKEN)
    for _ in range(MAX_FAILURES):
        there.begin_attempt("192.0.2.1")
        now[0] += 60
    while wait := there.begin_attempt("192.0.2.1"):
        now[0] += wait
    assert now[0] < 1000 + FAILURE_WINDOW + 10


def test_a_session_that_was_logged_out_is_over() -> None:
    """Its cookie is worth nothing, also to somebody who has a copy; other sessions of the same name go on."""
    now = [1000.0]
    there = access(now, web_token=TOKEN)
    first, second = (there.log_in("192.0.2.1", TOKEN, "Ana") or "" for _ in range(2))
    there.log_out(first)
    assert there.session("192.0.2.1", {}, first) is None
    assert there.session("192.0.2.1", {}, second) is not None
    now[0] += SESSION_SECONDS + 2
    there.log_out(second)
    assert not there._revoked


def test_only_a_trusted_proxy_may_say_who_somebody_is() -> None:
    """The header counts from the proxies named, and from nobody else."""
    there = access([1000.0], **PROXY)
    stated = {"X-Forwarded-User": "ana@example.com", "X-Forwarded-For": "203.0.113.5, 198.51.100.7"}
    session = there.session("10.1.2.3", stated, "")
    assert session is not None
    assert (session.user, session.method) == ("ana@example.com", "proxy")
    assert there.session("192.0.2.1", stated, "") is None
    assert there.session("10.1.2.3", {}, "") is None
    assert there.client_address("10.1.2.3", stated) == "198.51.100.7"
    assert there.client_address("192.0.2.1", stated) == "192.0.2.1"


def test_a_form_of_one_session_is_not_one_of_another() -> None:
    """What a form carries along belongs to its session."""
    there = access([1000.0], web_token=TOKEN)
    sessions = [there.session("", {}, there.log_in("", TOKEN, name) or "") for name in ("Ana", "Ana")]
    first, second = sessions
    assert first is not None
    assert second is not None
    assert verify_csrf(first, first.csrf)
    assert not verify_csrf(first, second.csrf)
    assert not verify_csrf(first, "")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "tocsin.example.com"])
def test_nothing_is_served_to_other_machines_without_a_login(host: str) -> None:
    """A public address needs a token or a proxy, and the refusal says so."""
    assert "TOCSIN_WEB_TOKEN" in bind_error(Settings(), host)
    assert not bind_error(Settings.model_validate({"web_token": TOKEN}), host)
    assert not bind_error(Settings.model_validate(PROXY), host)
    assert not bind_error(Settings(), "127.0.0.1")
