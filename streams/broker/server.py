"""Server of the local broker: reads requests from connections and answers each connection's in order."""

from __future__ import annotations

import asyncio
import io
import struct
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import structlog
from kafka.errors import UnsupportedVersionError
from kafka.protocol.admin.groups import DescribeGroupsRequest
from kafka.protocol.admin.topics import CreateTopicsRequest, DeleteTopicsRequest
from kafka.protocol.api_header import RequestHeader
from kafka.protocol.consumer.fetch import FetchRequest
from kafka.protocol.consumer.group import (
    HeartbeatRequest,
    JoinGroupRequest,
    LeaveGroupRequest,
    OffsetCommitRequest,
    OffsetFetchRequest,
    SyncGroupRequest,
)
from kafka.protocol.consumer.offsets import ListOffsetsRequest
from kafka.protocol.metadata.api_versions import ApiVersionsRequest, ApiVersionsResponse
from kafka.protocol.metadata.find_coordinator import FindCoordinatorRequest
from kafka.protocol.metadata.metadata import MetadataRequest
from kafka.protocol.producer.produce import ProduceRequest
from kafka.protocol.producer.transaction import InitProducerIdRequest

from streams.broker.cleaner import Cleaner
from streams.broker.group_handlers import GroupHandlers
from streams.broker.groups import Groups
from streams.broker.journal import Journal
from streams.broker.log_store import LogStore
from streams.broker.record_handlers import RecordHandlers
from streams.broker.topic_handlers import TopicHandlers
from streams.clock import wall_ms
from streams.shutdown import first_error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

log = structlog.get_logger(__name__)

MAX_REQUEST_BYTES: Final = 64 << 20
_FRAME: Final = struct.Struct(">i")
_HEAD: Final = struct.Struct(">hh")


class _Api(NamedTuple):
    """One kind of request: the versions that are understood, how it is read, who answers."""

    versions: tuple[int, int]
    request: Any
    answer: Callable[..., Awaitable[Any]]
    takes_client: bool = False


class BrokerServer:
    """One Kafka broker. It understands what the clients of Tocsin ask for; transactions are not among it."""

    def __init__(self, store: LogStore, journal: Journal, address: tuple[str, int]) -> None:
        self._groups = Groups(time.monotonic)
        self._cleaner = Cleaner(store, journal, wall_ms)
        records, topics = RecordHandlers(store), TopicHandlers(store, address)
        groups = GroupHandlers(store, self._groups, address)
        self._address = address
        self._connections: set[asyncio.Task[None]] = set()
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._apis = {
            api.request.API_KEY: api
            for api in (
                _Api((3, 8), ProduceRequest, records.produce),
                _Api((4, 11), FetchRequest, records.fetch),
                _Api((1, 5), ListOffsetsRequest, records.list_offsets),
                _Api((0, 4), InitProducerIdRequest, records.init_producer_id),
                _Api((0, 11), MetadataRequest, topics.metadata),
                _Api((0, 6), CreateTopicsRequest, topics.create),
                _Api((0, 5), DeleteTopicsRequest, topics.delete),
                _Api((0, 3), FindCoordinatorRequest, groups.find_coordinator),
                _Api((0, 6), JoinGroupRequest, groups.join, takes_client=True),
                _Api((0, 4), SyncGroupRequest, groups.sync),
                _Api((0, 4), HeartbeatRequest, groups.heartbeat),
                _Api((0, 2), LeaveGroupRequest, groups.leave),
                _Api((0, 4), DescribeGroupsRequest, groups.describe),
                _Api((2, 8), OffsetCommitRequest, groups.commit),
                _Api((1, 7), OffsetFetchRequest, groups.committed),
                _Api((0, 3), ApiVersionsRequest, self._versions),
            )
        }

    async def run(self, ready: Callable[[], None]) -> None:
        """Serve until cancelled; `ready` is called once clients are answered.

        Raises:
            OSError: the port is taken, or the journal cannot be written.
        """
        async with await asyncio.start_server(self._accept, *self._address), asyncio.TaskGroup() as tasks:
            tasks.create_task(self._groups.run())
            tasks.create_task(self._cleaner.run())
            ready()
            try:
                await self._failed
            finally:
                for connection in self._connections:
                    connection.cancel()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            await self._serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client has gone, or the broker is stopped
        except OSError as error:
            if not self._failed.done():
                self._failed.set_exception(error)
        except Exception:
            log.exception("broker request failed")
        finally:
            self._connections.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, each after the one before it."""
        while True:
            (size,) = _FRAME.unpack(await reader.readexactly(_FRAME.size))
            if not 0 < size <= MAX_REQUEST_BYTES:
                log.warning("broker connection closed", reason=f"a request of {size} bytes")
                return
            answer = await self._answer(await reader.readexactly(size))
            if answer:
                writer.write(answer)
                await writer.drain()

    async def _answer(self, raw: bytes) -> bytes:
        key, version = _HEAD.unpack_from(raw)
        api = self._apis.get(key)
        if api is None or not api.versions[0] <= version <= api.versions[1]:
            return await self._refuse(raw, key)
        header, request = _decode(api, raw, version)
        extra = (header.client_id or "",) if api.takes_client else ()
        response = await api.answer(request, *extra)
        if not request.expect_response():
            return b""
        response.API_VERSION = version
        response.with_header(correlation_id=header.correlation_id)
        return bytes(response.encode(header=True, framed=True))

    async def _refuse(self, raw: bytes, key: int) -> bytes:
        """Answer a version that is not understood: a client that asks for the versions learns them, others must go."""
        if key != ApiVersionsRequest.API_KEY:
            raise ConnectionAbortedError(f"request {key} is not understood")
        header = RequestHeader.decode(io.BytesIO(raw), flexible=False)
        response = await self._versions(None)
        response.error_code = UnsupportedVersionError.errno
        response.API_VERSION = 0
        response.with_header(correlation_id=header.correlation_id)
        return bytes(response.encode(header=True, framed=True))

    async def _versions(self, _: Any) -> ApiVersionsResponse:
        known = [
            ApiVersionsResponse.ApiVersion(api_key=key, min_version=api.versions[0], max_version=api.versions[1])
            for key, api in self._apis.items()
        ]
        return ApiVersionsResponse(error_code=0, api_keys=known)


async def serve_folder(folder: Path, address: tuple[str, int], ready: Callable[[], None]) -> None:
    """Serve what a folder holds until cancelled; `ready` is called once clients are answered.

    Raises:
        JournalError: another process has the folder, or a file in it is damaged.
        OSError: the port is taken, or the journal cannot be written.
    """
    journal = Journal(folder)
    try:
        started = time.monotonic()
        store = LogStore(journal)
        took = round(time.monotonic() - started, 1)
        log.info("journal read", folder=str(folder), bytes=journal.size, seconds=took)
        await BrokerServer(store, journal, address).run(ready)
    except BaseExceptionGroup as several:
        raise first_error(several) from several
    finally:
        journal.close()


def _decode(api: _Api, raw: bytes, version: int) -> tuple[Any, Any]:
    flexible = api.request.flexible_version_q(version)
    head = io.BytesIO(raw)
    header = RequestHeader.decode(head, flexible=flexible)
    return header, api.request.decode(memoryview(raw)[head.tell() :], version=version)
