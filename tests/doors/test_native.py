"""The native door: a real server, real grpcio clients; TLS, health, reflection, shutdown, Django's request signals."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from django.core.management import CommandError, call_command
from django.core.signals import request_finished, request_started
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from sentry_scm_grpc.server.native import NativeServer
from sentry_scm_grpc.v1 import scm_pb2, scm_pb2_grpc
from tests.ports import free_ports
from tests.scenarios import scenarios_pb2 as pb
from tests.scenarios.running import Site
from tests.scenarios.scenarios_pb2_grpc import ScenarioServiceStub
from tests.waiting import eventually

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
SCM = "sentry.integrations.scm.v1.ScmService"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site.make(tmp_path_factory.mktemp("site") / "data")


class Running:
    def __init__(self, site: Site, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port = port
        self.process = process
        self.key = (("x-api-key", site.api_key),)
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.scenarios = ScenarioServiceStub(self.channel)
        self.health = health_pb2_grpc.HealthStub(self.channel)

    def answers(self) -> bool:
        try:
            self.scenarios.Echo(pb.EchoRequest(), metadata=self.key, timeout=5)
        except grpc.RpcError:
            return False
        return True

    def health_of(self, service: str) -> int:
        return int(self.health.Check(health_pb2.HealthCheckRequest(service=service), timeout=5).status)


@contextlib.contextmanager
def native(site: Site, *options: str, **environment: str) -> Iterator[Running]:
    (port,) = free_ports(1)
    with site.running(site.native(port, *options), port, **environment) as process:
        running = Running(site, port, process)
        with running.channel:
            yield running


@pytest.fixture(scope="module")
def server(site: Site) -> Iterator[Running]:
    with native(site) as running:
        yield running


class TestCalls:
    def test_a_channel_and_the_generated_stub_are_all_it_takes(self, site: Site, server: Running) -> None:
        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            stub = scm_pb2_grpc.ScmServiceStub(channel)
            request = scm_pb2.GetRepositoryRequest(repository_id=site.repository_id)
            repository = stub.GetRepository(request, metadata=[("x-api-key", site.api_key)])
        assert repository.name == "greeter"

    def test_credentials_are_asked_for(self, site: Site, server: Running) -> None:
        stub = scm_pb2_grpc.ScmServiceStub(server.channel)
        with pytest.raises(grpc.RpcError) as raised:
            stub.GetRepository(scm_pb2.GetRepositoryRequest(repository_id=site.repository_id))
        assert raised.value.code() is grpc.StatusCode.UNAUTHENTICATED  # type: ignore[attr-defined]

    @pytest.mark.parametrize("code", [0, 5])
    def test_the_text_of_an_unexpected_error_stays_here(self, server: Running, code: int) -> None:
        request = pb.FailRequest(**{"raise": True}, message="secret", code=code)
        with pytest.raises(grpc.RpcError) as caught:
            server.scenarios.Fail(request, metadata=server.key)
        assert caught.value.code() is (grpc.StatusCode.NOT_FOUND if code else grpc.StatusCode.INTERNAL)
        assert "secret" not in caught.value.details()
        assert "request id" in caught.value.details()

    def test_a_message_beyond_the_limit_is_refused(self, site: Site) -> None:
        with native(site, SCM_GRPC_MAX_MESSAGE_BYTES="1000") as small:
            small.scenarios.Echo(pb.EchoRequest(data=bytes(900)), metadata=small.key)
            with pytest.raises(grpc.RpcError) as raised:
                small.scenarios.Echo(pb.EchoRequest(data=bytes(1001)), metadata=small.key)
        assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED  # type: ignore[attr-defined]

    def test_calls_beyond_the_limit_are_refused(self, site: Site) -> None:
        with native(site, SCM_GRPC_NATIVE_MAX_CALLS="1") as narrow:
            stream = narrow.scenarios.Count(pb.CountRequest(to=1000, milliseconds_between=50), metadata=narrow.key)
            assert next(stream).number == 1
            with pytest.raises(grpc.RpcError) as raised:
                narrow.scenarios.Echo(pb.EchoRequest(), metadata=narrow.key)
            stream.cancel()
            assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED  # type: ignore[attr-defined]


class TestHealthAndReflection:
    def test_every_service_and_the_whole_are_serving(self, server: Running) -> None:
        assert [server.health_of(name) for name in ("", SCM, "scm.scenarios.v1.ScenarioService")] == [SERVING] * 3
        with pytest.raises(grpc.RpcError) as raised:
            server.health_of("no.such.Service")
        assert raised.value.code() is grpc.StatusCode.NOT_FOUND  # type: ignore[attr-defined]

    def test_who_watches_keeps_no_thread_from_calls_nor_the_server_from_stopping(self, site: Site) -> None:
        with native(site, SCM_GRPC_NATIVE_THREADS="2") as small:
            watches = [small.health.Watch(health_pb2.HealthCheckRequest(), timeout=60) for _ in range(5)]
            assert [next(watch).status for watch in watches] == [SERVING] * 5
            assert small.scenarios.Echo(pb.EchoRequest(text="free"), metadata=small.key, timeout=10).text == "free"
            small.process.terminate()
            assert small.process.wait(timeout=40) == 0

    def test_watchers_who_leave_do_no_harm(self, site: Site) -> None:
        with native(site) as server:
            for _ in range(30):
                watch = server.health.Watch(health_pb2.HealthCheckRequest(), timeout=60)
                watch.cancel()
            with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
                watches = [health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest()) for _ in range(5)]
                assert next(watches[0]).status == SERVING
            assert server.health_of("") == SERVING

    def test_reflection_lists_the_services_and_describes_them(self, server: Running) -> None:
        stub = reflection_pb2_grpc.ServerReflectionStub(server.channel)
        requests = [
            reflection_pb2.ServerReflectionRequest(list_services=""),
            reflection_pb2.ServerReflectionRequest(file_containing_symbol=SCM),
        ]
        listed, described = stub.ServerReflectionInfo(iter(requests))
        assert {SCM, "grpc.health.v1.Health"} <= {found.name for found in listed.list_services_response.service}
        assert described.file_descriptor_response.file_descriptor_proto


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, and certificates of it for a server and a client."""
    made = tmp_path_factory.mktemp("pki")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=made, check=True, capture_output=True)

    new = ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(*new, "-x509", "-days", "1", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Authority")
    (made / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    for name in ("server", "client"):
        openssl(*new, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        signed_by = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names")
        openssl("x509", "-req", "-days", "1", "-in", f"{name}.csr", "-out", f"{name}.pem", *signed_by)
    return made


class TestTls:
    def options(self, pki: Path) -> list[str]:
        return ["--tls-cert", str(pki / "server.pem"), "--tls-key", str(pki / "server.key")]

    def echo(self, port: int, site: Site, **credentials: bytes) -> str:
        secure = grpc.ssl_channel_credentials(**credentials)
        with grpc.secure_channel(f"127.0.0.1:{port}", secure) as channel:
            stub = ScenarioServiceStub(channel)
            return str(stub.Echo(pb.EchoRequest(text="hi"), metadata=[("x-api-key", site.api_key)], timeout=10).text)

    def test_tls(self, site: Site, pki: Path) -> None:
        authority = (pki / "ca.pem").read_bytes()
        with native(site, *self.options(pki)) as secure:
            assert self.echo(secure.port, site, root_certificates=authority) == "hi"
            with pytest.raises(grpc.RpcError):
                secure.scenarios.Echo(pb.EchoRequest(), metadata=secure.key, timeout=10)

    def test_client_certificates_are_wanted_where_an_authority_is_given(self, site: Site, pki: Path) -> None:
        authority = (pki / "ca.pem").read_bytes()
        mine = {
            "private_key": (pki / "client.key").read_bytes(),
            "certificate_chain": (pki / "client.pem").read_bytes(),
        }
        with native(site, *self.options(pki), "--client-ca", str(pki / "ca.pem")) as secure:
            assert self.echo(secure.port, site, root_certificates=authority, **mine) == "hi"
            with pytest.raises(grpc.RpcError):
                self.echo(secure.port, site, root_certificates=authority)


class TestShutdown:
    def test_sigterm_tells_health_checks_first_and_lets_calls_finish(self, site: Site) -> None:
        with native(site) as server:
            watch = server.health.Watch(health_pb2.HealthCheckRequest(service=SCM), timeout=60)
            assert next(watch).status == SERVING
            stream = server.scenarios.Count(pb.CountRequest(to=10, milliseconds_between=100), metadata=server.key)
            assert next(stream).number == 1
            os.kill(server.process.pid, signal.SIGTERM)
            assert next(watch).status == NOT_SERVING
            watch.cancel()
            # First it says so, then it refuses.
            eventually(lambda: not server.answers(), "SIGTERM")
            assert [message.number for message in stream] == list(range(2, 11))
            assert server.process.wait(timeout=40) == 0

    def test_a_second_one_ends_at_once(self, site: Site) -> None:
        with native(site) as server:
            stream = server.scenarios.Count(pb.CountRequest(to=1000, milliseconds_between=100), metadata=server.key)
            assert next(stream).number == 1
            watch = server.health.Watch(health_pb2.HealthCheckRequest(), timeout=60)
            assert next(watch).status == SERVING
            os.kill(server.process.pid, signal.SIGTERM)
            assert next(watch).status == NOT_SERVING
            os.kill(server.process.pid, signal.SIGTERM)
            assert server.process.wait(timeout=40) == -signal.SIGTERM


class TestCommand:
    @pytest.mark.parametrize(
        ("options", "text"),
        [
            ({"tls_cert": "server.pem"}, "both the certificate and its key"),
            ({"client_ca": "ca.pem"}, "need TLS"),
            ({"tls_cert": "/no/such.pem", "tls_key": "/no/such.key"}, "/no/such"),
            ({"bind": "192.0.2.1:1"}, "192.0.2.1:1 cannot be served"),
        ],
    )
    def test_what_is_wrong_is_said(self, options: dict[str, str], text: str) -> None:
        with pytest.raises(CommandError, match=text):
            call_command("run_scm_grpc", **{"bind": "127.0.0.1:0", **options})

    def test_a_port_that_is_taken(self, server: Running) -> None:
        with pytest.raises(CommandError, match="in use"):
            call_command("run_scm_grpc", bind=f"127.0.0.1:{server.port}")

    @pytest.mark.parametrize(("bind", "warned"), [("127.0.0.1:0", False), ("[::1]:0", False), ("0.0.0.0:0", True)])
    def test_an_address_beyond_this_machine_without_tls_is_warned_of(
        self, bind: str, warned: bool, caplog: pytest.LogCaptureFixture
    ) -> None:
        NativeServer(bind)
        assert ("without TLS" in caplog.text) is warned


@pytest.mark.django_db(transaction=True)
class TestRequestSignals:
    """Django closes stale connections by its request signals: each call sends both, in the thread that answers it."""

    @pytest.fixture
    def seen(self) -> Iterator[list[tuple[str, int]]]:
        seen: list[tuple[str, int]] = []

        def started(**_: Any) -> None:
            seen.append(("started", threading.get_ident()))

        def finished(**_: Any) -> None:
            seen.append(("finished", threading.get_ident()))

        request_started.connect(started)
        request_finished.connect(finished)
        yield seen
        request_started.disconnect(started)
        request_finished.disconnect(finished)

    @pytest.fixture
    def stub(self) -> Iterator[scm_pb2_grpc.ScmServiceStub]:
        server = NativeServer("127.0.0.1:0")
        server.start()
        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            yield scm_pb2_grpc.ScmServiceStub(channel)
        server.stop(0)

    def test_around_a_call(self, seen: list[tuple[str, int]], stub: scm_pb2_grpc.ScmServiceStub) -> None:
        with pytest.raises(grpc.RpcError):
            stub.GetRepository(scm_pb2.GetRepositoryRequest(repository_id=1))
        eventually(lambda: len(seen) == 2, "the call")
        assert [name for name, _ in seen] == ["started", "finished"]
        assert len({thread for _, thread in seen} - {threading.get_ident()}) == 1

    def test_around_a_stream(self, seen: list[tuple[str, int]], stub: scm_pb2_grpc.ScmServiceStub) -> None:
        with pytest.raises(grpc.RpcError):
            list(stub.StreamTree(scm_pb2.StreamTreeRequest(repository_id=1)))
        eventually(lambda: len(seen) == 2, "the call")
        assert len({thread for _, thread in seen}) == 1
