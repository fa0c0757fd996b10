"""Who is not to be disturbed in Slack, and what if Slack does not say?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alerts.delivery.rate_limit import Clock
from alerts.notifiers.slack.dnd import CACHE_TTL, DoNotDisturb
from tocsin.demo.fake_slack.server import TOKEN, FakeSlack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NIGHT = (1_000, 2_000)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """Yield the fake Slack."""
    groups = {
        "S0NIGHT": ["U0ANA", "U0BEN"],
        "S0MIXED": ["U0ANA", "U0ZOE"],
        "S0EMPTY": [],
        "S0LARGE": [f"U{number:03}" for number in range(120)],
    }
    paused = dict.fromkeys(["U0ANA", "U0BEN", *groups["S0LARGE"]], NIGHT) | {"U0LATE": (1_800, 2_000)}
    served = FakeSlack(dnd=paused, groups=groups)
    await served.start()
    yield served
    await served.stop()


def asked(slack: FakeSlack) -> int:
    """Return how often Slack was asked."""
    return sum(call.method == "dnd.teamInfo" for call in slack.calls)


@pytest.mark.parametrize(
    ("mentioned", "asleep"),
    [
        (("U0ANA",), True),
        (("U0ANA", "U0BEN"), True),
        (("U0ANA", "U0ZOE"), False),
        (("U0LATE",), False),
        (("S0NIGHT",), True),
        (("U0BEN", "S0NIGHT"), True),
        (("S0MIXED",), False),
        (("U0LATE", "S0NIGHT"), False),
        (("S0EMPTY",), False),
        (("U0ANA", "S0UNKNOWN"), False),
        ((), False),
    ],
)
async def test_a_page_meets_do_not_disturb_where_all_it_mentions_have_it_now(
    slack: FakeSlack, mentioned: tuple[str, ...], *, asleep: bool
) -> None:
    """One who is awake is enough, in a group too; of one that cannot be read somebody may be; schedules have hours."""
    assert await DoNotDisturb(TOKEN, slack.url, Clock(wall=lambda: 1_500_000)).all_in_dnd(mentioned) is asleep


async def test_a_large_group_is_asked_about_in_parts_until_somebody_is_awake(slack: FakeSlack) -> None:
    """Slack answers for 50 people at once; the first who is awake ends the asking."""
    night = Clock(wall=lambda: 1_500_000)
    assert await DoNotDisturb(TOKEN, slack.url, night).all_in_dnd(("S0LARGE",))
    parts = [call.body["users"].split(",") for call in slack.calls if call.method == "dnd.teamInfo"]
    assert [len(part) for part in parts] == [50, 50, 20]
    del slack.dnd["U003"]
    assert not await DoNotDisturb(TOKEN, slack.url, night).all_in_dnd(("S0LARGE",))
    assert asked(slack) == 4


async def test_an_answer_is_remembered_for_a_minute(slack: FakeSlack) -> None:
    """A storm of incidents asks once; after the minute it is asked again."""
    clock = [1.0]
    dnd = DoNotDisturb(TOKEN, slack.url, Clock(monotonic=lambda: clock[0], wall=lambda: 1_500_000))
    for _ in range(3):
        assert await dnd.all_in_dnd(("U0ANA",))
    assert asked(slack) == 1
    clock[0] += CACHE_TTL
    await dnd.all_in_dnd(("U0ANA",))
    assert asked(slack) == 2


async def test_where_slack_does_not_say_people_are_awake(slack: FakeSlack) -> None:
    """Without the scope nobody is asked about twice; a Slack that is down wakes nobody's pager by itself."""
    slack.missing_scopes.add("dnd:read")
    dnd = DoNotDisturb(TOKEN, slack.url)
    assert not await dnd.all_in_dnd(("U0ANA",))
    assert not await dnd.all_in_dnd(("U0BEN",))
    assert asked(slack) == 1
    assert not await DoNotDisturb(TOKEN, "http://127.0.0.1:1/api/").all_in_dnd(("U0ANA",))
