"""Who is not to be disturbed in Slack, and what if Slack does not say?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alerts.dnd import KEPT, DoNotDisturb
from alerts.pacing import Timing
from standin.slack import TOKEN, FakeSlack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NIGHT = (1_000, 2_000)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """Yield the stand-in."""
    served = FakeSlack(paused={"U0ANA": NIGHT, "U0BEN": NIGHT, "U0LATE": (1_800, 2_000)})
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
        (("U0ANA", "S0DESK"), False),
        ((), False),
    ],
)
async def test_a_page_meets_do_not_disturb_where_all_it_mentions_have_it_now(
    slack: FakeSlack, mentioned: tuple[str, ...], *, asleep: bool
) -> None:
    """One who is awake is enough; a group may have one; a schedule counts within its hours only."""
    assert await DoNotDisturb(TOKEN, slack.url, Timing(wall=lambda: 1_500_000)).asleep(mentioned) is asleep


async def test_an_answer_is_remembered_for_a_minute(slack: FakeSlack) -> None:
    """A storm of incidents asks once; after the minute it is asked again."""
    clock = [1.0]
    dnd = DoNotDisturb(TOKEN, slack.url, Timing(monotonic=lambda: clock[0], wall=lambda: 1_500_000))
    for _ in range(3):
        assert await dnd.asleep(("U0ANA",))
    assert asked(slack) == 1
    clock[0] += KEPT
    await dnd.asleep(("U0ANA",))
    assert asked(slack) == 2


async def test_where_slack_does_not_say_people_are_awake(slack: FakeSlack) -> None:
    """Without the scope nobody is asked about twice; a Slack that is down wakes nobody's pager by itself."""
    slack.missing_scopes.add("dnd:read")
    dnd = DoNotDisturb(TOKEN, slack.url)
    assert not await dnd.asleep(("U0ANA",))
    assert not await dnd.asleep(("U0BEN",))
    assert asked(slack) == 1
    assert not await DoNotDisturb(TOKEN, "http://127.0.0.1:1/api/").asleep(("U0ANA",))
