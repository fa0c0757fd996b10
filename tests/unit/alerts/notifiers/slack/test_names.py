"""Names of people and groups in Slack, by their ids."""

from __future__ import annotations

from alerts.notifiers.slack.names import CACHE_TTL, SlackNames
from alerts.notifiers.slack.notifier import web_client
from tocsin.demo.fake_slack.server import TOKEN, FakeSlack


async def test_people_and_groups_have_names_and_are_asked_about_once() -> None:
    """What is no id is not asked about; an unknown person keeps the id; a name is asked for again after an hour."""
    now = [0.0]
    async with FakeSlack(users={"U0ANA": "Ana\u202e Lima", "S0DESK": "Press desk"}, groups={"S0DESK": []}) as slack:
        names = SlackNames(web_client(TOKEN, slack.url), lambda: now[0])
        for _ in range(2):
            await names.look_up(["U0ANA", "S0DESK", "tocsin", "mailto:x@example.com", "U0ANA"])
        assert names.known == {"U0ANA": "Ana Lima", "S0DESK": "Press desk"}
        assert len(slack.called("users.info")) == len(slack.called("usergroups.list")) == 1
        await names.look_up(["U0GONE"])
        assert "U0GONE" not in names.known
        now[0] = CACHE_TTL + 1
        slack.users["U0ANA"] = "Ana Costa"
        await names.look_up(["U0ANA"])
        assert names.known["U0ANA"] == "Ana Costa"


async def test_without_the_scope_there_are_no_names_and_few_requests() -> None:
    """A refusal is not asked again for an hour."""
    async with FakeSlack(users={"U0ANA": "Ana"}, missing_scopes={"users:read"}) as slack:
        names = SlackNames(web_client(TOKEN, slack.url), lambda: 1.0)
        for user in ("U0ANA", "U0BEN", "U0EVE"):
            await names.look_up([user])
        assert names.known == {}
        assert len(slack.called("users.info")) == 1
