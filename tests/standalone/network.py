"""The vendors' own addresses, such as https://api.github.com, lead to a server on this machine here.

It answers with TLS, as the fake that is installed at the moment. All else is real: requests, TLS, sockets.
"""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from urllib3.util import connection

from tests.vendors.fake import FakeVendor
from tests.vendors.serving import FakeHandler

HOSTS = (
    "github.com",
    "api.github.com",
    "codeload.github.com",
    "productionresultssa1.blob.core.windows.net",
    "ghe.example.com",
    "gitlab.example.com",
    "example.com",
    "bitbucket.org",
    "api.bitbucket.org",
    "stash.example.com",
    "acme.visualstudio.com",
    "acme.almsearch.visualstudio.com",
    "dev.azure.com",
    "acme.atlassian.net",
    "tracker.example.com",
)


class Network(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, directory: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fake: FakeVendor | None = None
        #: What a route raised: a request that the vendor does not know, or that it would refuse.
        self.failures: list[BaseException] = []
        #: The certificate of the authority that signed that of the vendors: nobody trusts it without being told.
        self.authority = directory / "authority.pem"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_certificate(directory / "vendors.pem", self.authority))
        self._context = context
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def get_request(self) -> tuple[Any, Any]:
        accepted, address = super().get_request()
        # The handshake is made by the connection's own thread.
        return self._context.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that end a connection in the middle are what some tests are about."""

    @contextmanager
    def installed(self, fake: FakeVendor) -> Iterator[None]:
        """The fake's addresses are its own meanwhile. At the end, no request may have failed in the fake."""
        self.fake = fake
        self.failures.clear()
        try:
            yield
        finally:
            self.fake = None
        if self.failures:
            raise AssertionError(f"{fake.key} could not answer: {self.failures}") from self.failures[0]

    @contextmanager
    def reached(self) -> Iterator[None]:
        """Has names of vendors lead here, for this process."""
        create = connection.create_connection

        def lead(address: tuple[str, int], *args: Any, **options: Any) -> socket.socket:
            here = ("127.0.0.1", self.server_port) if address[0] in HOSTS else address
            return create(here, *args, **options)

        connection.create_connection = lead
        try:
            yield
        finally:
            connection.create_connection = create


class _Handler(FakeHandler):
    server: Network

    def _serve(self) -> None:
        body = self.read_body()
        url, fake = f"https://{self.headers['Host']}{self.path}", self.server.fake
        try:
            assert fake is not None, f"no vendor is installed, but {url} is called"
            assert url.startswith(fake.addresses), f"{url} is none of {fake.key}'s"
            status, headers, content = fake.answer(self.command, url, dict(self.headers), body)
        except requests.Timeout:
            # No answer until the client goes.
            with suppress(OSError):
                self.connection.recv(1)
            self.close_connection = True
            return
        except requests.RequestException:
            self.close_connection = True
            return
        except Exception as failure:
            self.server.failures.append(failure)
            status, headers, content = 500, {}, b""
        self.write_answer(status, headers, content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve


def _certificate(file: Path, authority: Path) -> Path:
    """A certificate for the vendors' hosts with its key, and that of the authority that signed it."""
    now = datetime.datetime.now(datetime.UTC)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("tests", "vendors")]
    made = []
    for number, name in enumerate(names):
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(names[0])
            .public_key(keys[number].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=number == 0, path_length=None), critical=True)
        )
        if number:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]), False)
        made.append(builder.sign(keys[0], hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    key = keys[1].private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    authority.write_bytes(made[0])
    file.write_bytes(made[1] + key)
    return file
