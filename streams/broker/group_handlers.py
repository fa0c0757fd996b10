"""Requests of consumer groups: joining, heartbeats, committed offsets."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from kafka.protocol.admin.groups import DescribeGroupsResponse
from kafka.protocol.consumer.group import (
    HeartbeatResponse,
    JoinGroupResponse,
    LeaveGroupResponse,
    OffsetCommitResponse,
    OffsetFetchResponse,
    SyncGroupResponse,
)
from kafka.protocol.metadata.find_coordinator import FindCoordinatorResponse

from streams.broker.groups import JoinRequest
from streams.broker.topic_handlers import NODE

if TYPE_CHECKING:
    from streams.broker.groups import Groups
    from streams.broker.log_store import LogStore


class GroupHandlers:
    """Answers requests of consumer groups. A commit is answered once it is on the disk."""

    def __init__(self, store: LogStore, groups: Groups, address: tuple[str, int]) -> None:
        self._store = store
        self._groups = groups
        self._address = address

    async def find_coordinator(self, _: Any) -> FindCoordinatorResponse:
        """Return the only broker."""
        host, port = self._address
        return FindCoordinatorResponse(error_code=0, error_message=None, node_id=NODE, host=host, port=port)

    async def join(self, request: Any, client: str) -> JoinGroupResponse:
        """Let a member into its group."""
        session = request.session_timeout_ms / 1000
        rebalance = request.rebalance_timeout_ms / 1000 if request.rebalance_timeout_ms >= 0 else session
        protocols = [(one.name, bytes(one.metadata)) for one in request.protocols]
        joined = await self._groups[request.group_id].join(
            JoinRequest(request.member_id, client, session, rebalance, request.protocol_type, protocols)
        )
        members = [
            JoinGroupResponse.JoinGroupResponseMember(member_id=name, group_instance_id=None, metadata=metadata)
            for name, metadata in joined.members
        ]
        return JoinGroupResponse(
            error_code=joined.error,
            generation_id=joined.generation,
            protocol_type=request.protocol_type,
            protocol_name=joined.protocol,
            leader=joined.leader,
            member_id=joined.member or request.member_id,
            members=members,
        )

    async def sync(self, request: Any) -> SyncGroupResponse:
        """Give a member its partitions."""
        assignments = {one.member_id: bytes(one.assignment) for one in request.assignments}
        group = self._groups[request.group_id]
        error, assignment = await group.sync(request.member_id, request.generation_id, assignments)
        return SyncGroupResponse(error_code=error, assignment=assignment)

    async def heartbeat(self, request: Any) -> HeartbeatResponse:
        """Note that a member is there."""
        error = self._groups[request.group_id].error(request.member_id, request.generation_id)
        return HeartbeatResponse(error_code=error)

    async def describe(self, request: Any) -> DescribeGroupsResponse:
        """Return the members of groups and what they are assigned."""
        described = DescribeGroupsResponse.DescribedGroup
        found = []
        for name in request.groups:
            group = self._groups[name]
            members = [
                described.DescribedGroupMember(
                    member_id=one.name,
                    group_instance_id=None,
                    client_id=one.client,
                    client_host=f"/{self._address[0]}",
                    member_metadata=one.metadata,
                    member_assignment=one.assignment,
                )
                for one in group.members()
            ]
            found.append(
                described(
                    error_code=0,
                    group_id=name,
                    group_state=group.state,
                    protocol_type="consumer",
                    protocol_data=group.protocol,
                    members=members,
                )
            )
        return DescribeGroupsResponse(groups=found)

    async def leave(self, request: Any) -> LeaveGroupResponse:
        """Let a member go."""
        return LeaveGroupResponse(error_code=self._groups[request.group_id].leave(request.member_id))

    async def commit(self, request: Any) -> OffsetCommitResponse:
        """Keep the offsets that a group has processed."""
        group = self._groups[request.group_id]
        error = group.commit_error(request.member_id, request.generation_id_or_member_epoch)
        if not error:
            offsets = {
                (topic.name, part.partition_index): (part.committed_offset, part.committed_metadata or "")
                for topic in request.topics
                for part in topic.partitions
            }
            self._store.commit(request.group_id, offsets)
            await self._store.sync()
        topics = [
            OffsetCommitResponse.OffsetCommitResponseTopic(
                name=topic.name,
                partitions=[
                    OffsetCommitResponse.OffsetCommitResponseTopic.OffsetCommitResponsePartition(
                        partition_index=part.partition_index, error_code=error
                    )
                    for part in topic.partitions
                ],
            )
            for topic in request.topics
        ]
        return OffsetCommitResponse(topics=topics)

    async def committed(self, request: Any) -> OffsetFetchResponse:
        """Return the offsets that a group has processed: of the partitions asked for, or of all."""
        known = self._store.committed.get(request.group_id, {})
        wanted: dict[str, list[int]] = defaultdict(list)
        if request.topics is None:
            for name, number in known:
                wanted[name].append(number)
        else:
            wanted |= {topic.name: topic.partition_indexes for topic in request.topics}
        part = OffsetFetchResponse.OffsetFetchResponseTopic.OffsetFetchResponsePartition
        topics = []
        for name, numbers in wanted.items():
            offsets = [(number, *known.get((name, number), (-1, ""))) for number in numbers]
            parts = [
                part(partition_index=number, committed_offset=offset, metadata=note, error_code=0)
                for number, offset, note in offsets
            ]
            topics.append(OffsetFetchResponse.OffsetFetchResponseTopic(name=name, partitions=parts))
        return OffsetFetchResponse(topics=topics, error_code=0)
