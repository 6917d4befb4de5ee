"""A raw socket server that sends scripted bytes and keeps what it received, with or without TLS."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class RawServer:
    """Answers each path with its bytes, then closes the connection, unless told to leave it hanging; 404 for
    /robots.txt and unknown paths."""

    answers: dict[str, bytes]
    received: dict[str, bytes] = field(default_factory=dict)
    closes: bool = True

    @contextmanager
    def serving(self, tls: ssl.SSLContext | None = None) -> Iterator[int]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            threading.Thread(target=self._accept, args=(listener, tls), daemon=True).start()
            yield listener.getsockname()[1]

    def _accept(self, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection, tls), daemon=True).start()

    def _answer(self, connection: socket.socket, tls: ssl.SSLContext | None) -> None:
        with suppress(OSError), connection:
            stream = tls.wrap_socket(connection, server_side=True) if tls else connection
            request = b""
            while b"\r\n\r\n" not in request:
                data = stream.recv(65536)
                if not data:
                    return
                request += data
            path = request.split(b" ")[1].decode()
            self.received[path] = request
            stream.sendall(self.answers.get(path, b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
            while not self.closes and path in self.answers and stream.recv(65536):
                pass
            with suppress(OSError):
                stream.shutdown(socket.SHUT_WR)
            stream.close()
