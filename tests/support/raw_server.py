"""A socket server, with or without TLS, that sends given bytes and records what it received."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class RawServer:
    """Answers each path with its bytes, then closes the connection, unless told to leave it hanging; 404 for
    /robots.txt and unknown paths. After the paths in `kept` the connection goes on with the next request."""

    answers: dict[str, bytes]
    received: dict[str, bytes] = field(default_factory=dict)
    closes: bool = True
    kept: frozenset[str] = frozenset()

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
            path = self._answer_one(stream)
            while path in self.kept:
                path = self._answer_one(stream)
            while not self.closes and path in self.answers and stream.recv(65536):
                pass
            with suppress(OSError):
                stream.shutdown(socket.SHUT_WR)
            stream.close()

    def _answer_one(self, stream: socket.socket) -> str:
        """The path that was asked for; raises OSError where the guest has gone."""
        request = b""
        while b"\r\n\r\n" not in request:
            data = stream.recv(65536)
            if not data:
                raise ConnectionError
            request += data
        path = request.split(b" ")[1].decode()
        self.received[path] = request
        stream.sendall(self.answer_to(path, request))
        return path

    def answer_to(self, path: str, request: bytes) -> bytes:
        return self.answers.get(path, b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's side of TLS with a certificate that nobody vouches for."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(private, hashes.SHA256())
    )
    pem = folder / "self-signed.pem"
    no_password = serialization.NoEncryption()
    key = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, no_password)
    pem.write_bytes(key + signed.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context
