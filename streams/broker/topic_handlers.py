"""Requests about the broker and its topics: versions, metadata, creating and deleting topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from kafka.errors import InvalidPartitionsError, TopicAlreadyExistsError, UnknownTopicOrPartitionError
from kafka.protocol.admin.topics import CreateTopicsResponse, DeleteTopicsResponse
from kafka.protocol.metadata.metadata import MetadataResponse

if TYPE_CHECKING:
    from streams.broker.log_store import LogStore, TopicLog

NODE: Final = 1
"""Id of the only broker."""

CLUSTER: Final = "tocsin-local"
DEFAULT_PARTITIONS: Final = 4
MAX_PARTITIONS: Final = 1000


class TopicHandlers:
    """Answers requests about topics. `address` is where clients reach the broker."""

    def __init__(self, store: LogStore, address: tuple[str, int]) -> None:
        self._store = store
        self._address = address

    async def metadata(self, request: Any) -> MetadataResponse:
        """Return the broker and the topics asked for; all, where none is named."""
        names = sorted(self._store.topics) if request.topics is None else [topic.name for topic in request.topics]
        if request.topics == [] and request.version == 0:  # the first version's way to ask for all
            names = sorted(self._store.topics)
        host, port = self._address
        return MetadataResponse(
            brokers=[MetadataResponse.MetadataResponseBroker(node_id=NODE, host=host, port=port)],
            cluster_id=CLUSTER,
            controller_id=NODE,
            topics=[_described(name, self._store.topics.get(name)) for name in names],
        )

    async def create(self, request: Any) -> CreateTopicsResponse:
        """Create topics."""
        answers = [self._create(topic) for topic in request.topics]
        await self._store.sync()
        return CreateTopicsResponse(topics=answers)

    async def delete(self, request: Any) -> DeleteTopicsResponse:
        """Delete topics."""
        answers = []
        for name in request.topic_names:
            known = name in self._store.topics
            if known:
                self._store.delete_topic(name)
            error = 0 if known else UnknownTopicOrPartitionError.errno
            answers.append(DeleteTopicsResponse.DeletableTopicResult(name=name, error_code=error))
        await self._store.sync()
        return DeleteTopicsResponse(responses=answers)

    def _create(self, topic: Any) -> Any:
        count = DEFAULT_PARTITIONS if topic.num_partitions == -1 else topic.num_partitions
        error, why = 0, None
        if topic.name in self._store.topics:
            error, why = TopicAlreadyExistsError.errno, f"topic {topic.name} exists"
        elif not 0 < count <= MAX_PARTITIONS:
            error, why = InvalidPartitionsError.errno, f"{count} partitions: must be 1 to {MAX_PARTITIONS}"
        else:
            self._store.create_topic(topic.name, count, {one.name: one.value for one in topic.configs})
        return CreateTopicsResponse.CreatableTopicResult(
            name=topic.name,
            error_code=error,
            error_message=why,
            num_partitions=-1 if error else count,
            replication_factor=-1 if error else 1,
            configs=[],
        )


def _described(name: str, topic: TopicLog | None) -> Any:
    if topic is None:
        return MetadataResponse.MetadataResponseTopic(
            name=name, error_code=UnknownTopicOrPartitionError.errno, partitions=[]
        )
    partitions = [
        MetadataResponse.MetadataResponseTopic.MetadataResponsePartition(
            error_code=0,
            partition_index=number,
            leader_id=NODE,
            replica_nodes=[NODE],
            isr_nodes=[NODE],
            offline_replicas=[],
        )
        for number in range(len(topic.partitions))
    ]
    return MetadataResponse.MetadataResponseTopic(
        name=name, error_code=0, topic_id=UUID(topic.identity), is_internal=False, partitions=partitions
    )
