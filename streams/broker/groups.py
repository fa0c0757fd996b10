"""Consumer groups: who is in a group, and which member has which partitions (the classic group protocol)."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from kafka.errors import IllegalGenerationError, RebalanceInProgressError, UnknownMemberIdError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

OK: Final = 0
REBALANCING: Final[int] = RebalanceInProgressError.errno
UNKNOWN_MEMBER: Final[int] = UnknownMemberIdError.errno
OTHER_GENERATION: Final[int] = IllegalGenerationError.errno

CHECK_INTERVAL: Final = 0.25
"""Seconds between two looks for members that are gone."""


class JoinRequest(NamedTuple):
    """A member that wants to join, or to join again."""

    member: str  # "" for a new one
    client: str
    session_timeout: float  # seconds
    rebalance_timeout: float  # seconds
    protocol_type: str
    protocols: Sequence[tuple[str, bytes]]  # name and metadata, preferred first


class Joined(NamedTuple):
    """The answer to a member that joined; the leader alone gets the others."""

    error: int
    generation: int = -1
    protocol: str = ""
    leader: str = ""
    member: str = ""
    members: tuple[tuple[str, bytes], ...] = ()


class DescribedMember(NamedTuple):
    """A member, as somebody who looks at the group sees it."""

    name: str
    client: str
    metadata: bytes
    assignment: bytes


@dataclass
class _Member:
    """One member: what it asked for, when it was last there, what it waits for."""

    request: JoinRequest
    seen: float
    joining: asyncio.Future[Joined] | None = None
    syncing: asyncio.Future[tuple[int, bytes]] | None = None


@dataclass
class Group:
    """One group. A rebalance begins with the first join, and ends when all members have joined, or had the time to."""

    clock: Callable[[], float]
    generation: int = 0
    protocol: str = ""
    leader: str = ""
    rebalance_ends: float | None = None  # None: no rebalance is under way
    _members: dict[str, _Member] = field(default_factory=dict)
    _assignments: dict[str, bytes] | None = None

    @property
    def is_empty(self) -> bool:
        """Return whether nobody is in the group."""
        return not self._members

    @property
    def state(self) -> str:
        """Return the state of the group, in Kafka's words."""
        if self.is_empty:
            return "Empty" if self.generation else "Dead"
        if self.rebalance_ends is not None:
            return "PreparingRebalance"
        return "Stable" if self._assignments is not None else "CompletingRebalance"

    def members(self) -> list[DescribedMember]:
        """Return who is in the group, and what each has been assigned."""
        given = self._assignments or {}
        return [
            DescribedMember(
                name, one.request.client, dict(one.request.protocols).get(self.protocol, b""), given.get(name, b"")
            )
            for name, one in self._members.items()
        ]

    async def join(self, request: JoinRequest) -> Joined:
        """Join, and return once the rebalance is over."""
        name = request.member or f"{request.client}-{uuid.uuid4()}"
        if request.member and request.member not in self._members:
            return Joined(UNKNOWN_MEMBER)
        joining: asyncio.Future[Joined] = asyncio.get_running_loop().create_future()
        member = self._members.setdefault(name, _Member(request, self.clock()))
        member.request, member.seen, member.joining = request, self.clock(), joining
        self._begin_rebalance()
        self.check()
        return await joining

    async def sync(self, name: str, generation: int, assignments: Mapping[str, bytes]) -> tuple[int, bytes]:
        """Return the member's assignment once the leader has brought it, and an error code."""
        if error := self.error(name, generation):
            return error, b""
        if name == self.leader:
            self._assignments = dict(assignments)
            self._answer_syncs()
        if self._assignments is not None:
            return OK, self._assignments.get(name, b"")
        syncing: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        self._members[name].syncing = syncing
        return await syncing

    def error(self, name: str, generation: int) -> int:
        """Return what is wrong with a request of a member, 0 for nothing; it counts as a sign of life."""
        member = self._members.get(name)
        if member is None:
            return UNKNOWN_MEMBER
        member.seen = self.clock()
        if generation != self.generation:
            return OTHER_GENERATION
        return OK if self.rebalance_ends is None else REBALANCING

    def commit_error(self, name: str, generation: int) -> int:
        """Return why offsets may not be committed, 0 if they may: by a member, or while nobody is in the group."""
        if generation < 0 and self.is_empty:
            return OK
        error = self.error(name, generation)
        return OK if error == REBALANCING else error

    def leave(self, name: str) -> int:
        """Take a member out; the others join again."""
        if name not in self._members:
            return UNKNOWN_MEMBER
        self._remove(name)
        self.check()
        return OK

    def check(self) -> None:
        """Take out members that are gone, and end the rebalance if all have joined, or had the time to."""
        now = self.clock()
        for name, member in list(self._members.items()):
            if member.joining is None and now - member.seen > member.request.session_timeout:
                self._remove(name)
        if self.rebalance_ends is None:
            return
        if now >= self.rebalance_ends:
            for name in [name for name, member in self._members.items() if member.joining is None]:
                del self._members[name]
        if all(member.joining is not None for member in self._members.values()):
            self._end_rebalance()

    def _remove(self, name: str) -> None:
        member = self._members.pop(name)
        for waiting, answer in ((member.joining, Joined(UNKNOWN_MEMBER)), (member.syncing, (UNKNOWN_MEMBER, b""))):
            if waiting is not None and not waiting.done():
                waiting.set_result(answer)  # type: ignore[arg-type]  # each future gets its own kind of answer
        if self._members:
            self._begin_rebalance()

    def _begin_rebalance(self) -> None:
        if self.rebalance_ends is not None:
            return
        patience = max(member.request.rebalance_timeout for member in self._members.values())
        self.rebalance_ends = self.clock() + patience
        self._assignments = None
        for member in self._members.values():
            if member.syncing is not None and not member.syncing.done():
                member.syncing.set_result((REBALANCING, b""))
            member.syncing = None

    def _end_rebalance(self) -> None:
        self.rebalance_ends = None
        self.generation += 1
        if self.leader not in self._members:
            self.leader = next(iter(self._members), "")
        self.protocol = self._common_protocol()
        everybody = tuple(
            (name, dict(member.request.protocols)[self.protocol]) for name, member in self._members.items()
        )
        for name, member in self._members.items():
            joining, member.joining, member.seen = member.joining, None, self.clock()
            listed = everybody if name == self.leader else ()
            if joining is not None and not joining.done():
                joining.set_result(Joined(OK, self.generation, self.protocol, self.leader, name, listed))

    def _common_protocol(self) -> str:
        offered = [[name for name, _ in member.request.protocols] for member in self._members.values()]
        return next((name for name in offered[0] if all(name in one for one in offered)), "") if offered else ""

    def _answer_syncs(self) -> None:
        for name, member in self._members.items():
            if member.syncing is not None and not member.syncing.done():
                member.syncing.set_result((OK, (self._assignments or {}).get(name, b"")))
            member.syncing = None


class Groups:
    """All groups, by name. `clock` returns seconds that only grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._groups: dict[str, Group] = {}

    def __getitem__(self, name: str) -> Group:
        """Return a group; a new one is empty."""
        return self._groups.setdefault(name, Group(self._clock))

    async def run(self) -> None:
        """Look after the groups until cancelled."""
        while True:
            await asyncio.sleep(CHECK_INTERVAL)
            for group in self._groups.values():
                group.check()
