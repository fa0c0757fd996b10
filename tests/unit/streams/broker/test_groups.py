"""Consumer groups: who gets which partitions, and what happens when a member comes, goes or dies."""

from __future__ import annotations

import asyncio

from streams.broker.groups import OK, OTHER_GENERATION, REBALANCING, UNKNOWN_MEMBER, Group, Joined, JoinRequest


class Clock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return them."""
        return self.now


def request(member: str = "", client: str = "worker") -> JoinRequest:
    """Return a request to join, or to join again."""
    return JoinRequest(member, client, 6.0, 10.0, "consumer", [("range", b"topics of " + client.encode())])


async def join(group: Group) -> Joined:
    """Let a new member join, where nobody else has to join again."""
    return await group.join(request())


async def second_joined(group: Group, first: Joined) -> tuple[Joined, Joined]:
    """Let a second member join, and the first join again."""
    coming = asyncio.ensure_future(group.join(request(client="second")))
    await asyncio.sleep(0)
    assert group.error(first.member, first.generation) == REBALANCING
    again = await group.join(request(first.member))
    return again, await coming


async def test_one_member_leads_and_gets_its_assignment() -> None:
    """The first is the leader, learns of all members, and brings what each gets."""
    group = Group(Clock())
    first = await join(group)
    assert (first.error, first.generation, first.leader, first.protocol) == (OK, 1, first.member, "range")
    assert first.members == ((first.member, b"topics of worker"),)
    assert await group.sync(first.member, 1, {first.member: b"all"}) == (OK, b"all")
    assert group.error(first.member, 1) == OK


async def test_the_group_says_who_is_in_it_and_what_each_has() -> None:
    """In Kafka's words; `tocsin status` reads it."""
    group = Group(Clock())
    assert (group.state, group.members()) == ("Dead", [])
    first = await join(group)
    assert group.state == "CompletingRebalance"
    await group.sync(first.member, 1, {first.member: b"all"})
    assert group.state == "Stable"
    assert group.members() == [(first.member, "worker", b"topics of worker", b"all")]
    group.leave(first.member)
    assert (group.state, group.members()) == ("Empty", [])


async def test_a_second_member_makes_the_first_join_again() -> None:
    """The first is told so at its next heartbeat; then both are in the next generation, and the leader assigns."""
    group = Group(Clock())
    first = await join(group)
    again, second = await second_joined(group, first)
    assert (again.generation, second.generation) == (2, 2)
    assert len(again.members) == 2
    assert second.members == ()
    waiting = asyncio.ensure_future(group.sync(second.member, 2, {}))
    await asyncio.sleep(0)
    shares = {again.member: b"left", second.member: b"right"}
    assert await group.sync(again.member, 2, shares) == (OK, b"left")
    assert await waiting == (OK, b"right")


async def test_a_dead_member_is_taken_out() -> None:
    """After its session timeout the other is to join again, and gets everything."""
    clock = Clock()
    group = Group(clock)
    first, other = await second_joined(group, await join(group))
    clock.now = 5.0
    assert group.error(first.member, 2) == OK
    clock.now = 7.0
    group.check()
    assert group.error(other.member, 2) == UNKNOWN_MEMBER
    again = await group.join(request(first.member))
    assert [name for name, _ in again.members] == [first.member]


async def test_one_that_does_not_join_again_is_left_out() -> None:
    """A rebalance waits for the time that members asked for, and no longer."""
    clock = Clock()
    group = Group(clock)
    await join(group)
    coming = asyncio.ensure_future(group.join(request()))
    await asyncio.sleep(0)
    clock.now = 10.0
    group.check()
    second = await coming
    assert [name for name, _ in second.members] == [second.member]


async def test_who_may_commit() -> None:
    """Members of this generation, during a rebalance too; a zombie may not; outsiders only where nobody is in."""
    group = Group(Clock())
    assert group.commit_error("", -1) == OK
    first = await join(group)
    assert group.commit_error(first.member, 1) == OK
    assert group.commit_error(first.member, 0) == OTHER_GENERATION
    assert group.commit_error("zombie", 1) == UNKNOWN_MEMBER
    assert group.commit_error("", -1) == UNKNOWN_MEMBER
    coming = asyncio.ensure_future(group.join(request()))
    await asyncio.sleep(0)
    assert group.commit_error(first.member, 1) == OK
    assert group.leave(first.member) == OK
    assert (await coming).generation == 2
