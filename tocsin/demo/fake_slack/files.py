"""File uploads: an upload URL, the bytes, and the call that completes the upload."""

from __future__ import annotations

import mimetypes
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tocsin.demo.fake_slack.faults import ApiError

if TYPE_CHECKING:
    from tocsin.demo.fake_slack.faults import Call


@dataclass
class File:
    """One uploaded file."""

    id: str
    name: str
    length: int
    alt_text: str = ""
    content: bytes = b""
    title: str = ""
    completed: float | None = None  # time.monotonic()


@dataclass
class Files:
    """Uploaded files by id. Slack knows a file's type only `processing` seconds after its upload is complete."""

    processing: float = 0.0
    base: str = ""  # address of this server
    missing_scopes: set[str] = field(default_factory=set)
    files: dict[str, File] = field(default_factory=dict)
    _serial: int = 0

    def begin(self, call: Call) -> dict[str, Any]:
        """files.getUploadURLExternal."""
        if "files:write" in self.missing_scopes:
            raise ApiError("missing_scope", needed="files:write")
        name, length = str(call.body.get("filename", "")), str(call.body.get("length", ""))
        if not name or not length.isdigit() or int(length) < 1:
            raise ApiError("invalid_arguments")
        self._serial += 1
        file = File(f"F{self._serial:08d}", name, int(length), str(call.body.get("alt_txt", "")))
        self.files[file.id] = file
        return {"upload_url": f"{self.base}/upload/{file.id}", "file_id": file.id}

    def receive(self, file_id: str, content: bytes) -> bool:
        """Receive the bytes of a file; return whether the announced length matches."""
        file = self.files.get(file_id)
        if file is None or len(content) != file.length:
            return False
        file.content = content
        return True

    def complete(self, call: Call) -> dict[str, Any]:
        """files.completeUploadExternal; what is shared with nobody waits for an image block that shows it."""
        named = call.body.get("files")
        if not isinstance(named, list) or not named:
            raise ApiError("invalid_arguments")
        found = [self.files.get(str(one.get("id"))) for one in named]
        if not all(file and file.content for file in found):
            raise ApiError("file_not_found")
        files = [file for file in found if file]
        for file, one in zip(files, named, strict=True):
            file.title, file.completed = str(one.get("title") or file.name), time.monotonic()
        return {"files": [{"id": file.id, "title": file.title} for file in files]}

    def info(self, call: Call) -> dict[str, Any]:
        """files.info; the type is empty while the file is being processed."""
        file = self.files.get(str(call.body.get("file")))
        if "files:read" in self.missing_scopes:
            raise ApiError("missing_scope", needed="files:read")
        if file is None or file.completed is None:
            raise ApiError("file_not_found")
        kind = (mimetypes.guess_type(file.name)[0] or "") if self.is_ready({"id": file.id}) else ""
        return {"file": {"id": file.id, "name": file.name, "title": file.title, "mimetype": kind}}

    def delete(self, call: Call) -> dict[str, Any]:
        """files.delete."""
        if self.files.pop(str(call.body.get("file")), None) is None:
            raise ApiError("file_not_found")
        return {}

    def is_ready(self, slack_file: dict[str, str]) -> bool:
        """Return whether an image block may show this file."""
        file = self.files.get(slack_file.get("id", ""))
        return file is not None and file.completed is not None and time.monotonic() >= file.completed + self.processing
