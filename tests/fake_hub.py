"""A model hub on this machine, for tests of downloads."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FakeHub:
    """A server on this machine that answers as the Hugging Face Hub does, for one repository, `meta/tiny`.

    It tells what a file is like and sends the reader on to a store of bytes at another address, as the hub does.
    `access` says who gets the files: "open", "gated" (the token `GOOD` only) or "closed" (no account yet). After
    `drop_after` bytes the store closes the connection, once for each number; `busy` is how many requests it turns
    away first. `corrupt` makes it send other bytes. `requests` records method, path and range.
    """

    GOOD = "hf_good"
    COMMIT = "c0ffee" + 34 * "0"

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.access = "open"
        self.drop_after: list[int] = []
        self.busy = 0
        self.has_ranges = True
        self.corrupt = False
        self.requests: list[tuple[str, str, str]] = []
        self.store_saw_token = False
        self._servers = [self._serve(self._answer_hub), self._serve(self._answer_store)]
        self.address, self._store = (f"http://127.0.0.1:{server.server_port}" for server, _ in self._servers)

    def close(self) -> None:
        """Stop answering."""
        for server, thread in self._servers:
            server.shutdown()
            thread.join()
            server.server_close()

    def _serve(self, answer: Callable[[BaseHTTPRequestHandler], None]) -> tuple[ThreadingHTTPServer, threading.Thread]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                answer(self)

            def do_HEAD(self) -> None:
                answer(self)

            def log_message(self, *words: object) -> None:
                """Keep the test's output clean."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        return server, thread

    def _answer_hub(self, request: BaseHTTPRequestHandler) -> None:
        self.requests.append((request.command, request.path, request.headers.get("Range", "")))
        name = request.path.rpartition("/")[2]
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.busy:
            self.busy -= 1
            return self._reply(request, 503)
        if not request.path.startswith("/meta/tiny/resolve/") or name not in self.files:
            return self._reply(request, 404, {"X-Error-Code": "EntryNotFound"})
        if token not in ("", self.GOOD):
            return self._reply(request, 401, {"X-Error-Message": "Invalid credentials in Authorization header"})
        if self.access != "open" and not token:
            return self._reply(request, 401, {"X-Error-Code": "GatedRepo"})
        if self.access == "closed":
            return self._reply(request, 403, {"X-Error-Code": "GatedRepo"})
        return self._reply(
            request,
            302,
            {
                "Location": f"{self._store}/{name}",
                "X-Repo-Commit": self.COMMIT,
                "X-Linked-Size": str(len(self.files[name])),
                "X-Linked-Etag": f'"{hashlib.sha256(self.files[name]).hexdigest()}"',
            },
        )

    def _answer_store(self, request: BaseHTTPRequestHandler) -> None:
        self.store_saw_token |= "Authorization" in request.headers
        body = self.files[request.path.removeprefix("/")]
        start = int(request.headers["Range"].removeprefix("bytes=").removesuffix("-")) if self.has_ranges else 0
        rest = bytes(len(body) - start) if self.corrupt else body[start:]
        request.send_response(206 if self.has_ranges else 200)
        request.send_header("Content-Length", str(len(rest)))
        request.end_headers()
        if self.drop_after:
            rest = rest[: self.drop_after.pop(0)]
            request.close_connection = True
        request.wfile.write(rest)

    def _reply(self, request: BaseHTTPRequestHandler, status: int, headers: dict[str, str] | None = None) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": "0", **(headers or {})}.items():
            request.send_header(name, value)
        request.end_headers()
