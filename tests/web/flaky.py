"""A bad way to the site: the first answer is lost though its request was stored, the next request is turned away, the rest pass."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

LOST, TURNED_AWAY = 0, 1


@dataclass
class Flaky:
    """``seen`` tells what each request was answered, and how it was packed."""

    url: str
    seen: list[tuple[int, str]] = field(default_factory=list)


@contextmanager
def flaky(target: str) -> Iterator[Flaky]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    found = Flaky(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = _handler(target, found)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def _handler(target: str, found: Flaky) -> type[BaseHTTPRequestHandler]:
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                number = len(found.seen)
                status, content = self._answer(number, body)
                found.seen.append((status, self.headers.get("Content-Encoding", "")))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _answer(self, number: int, body: bytes) -> tuple[int, bytes]:
            if number == TURNED_AWAY:
                return 503, b'{"success": false, "code": "unavailable", "message": "later"}'
            wanted = {name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}}
            answer = httpx.post(target + self.path, content=body, headers=wanted, trust_env=False, timeout=60)
            if number == LOST:
                return 500, b'{"success": false, "code": "lost", "message": "lost"}'
            return answer.status_code, answer.content

        def log_message(self, *_: object) -> None:
            """Into nothing."""

    return Handler
