"""The client over TLS, which brings HTTP/2: an authority of one's own is trusted where it is given, and only there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentry_scm_grpc.client import ScmClient, errors
from tests.client.site import await_port
from tests.ports import free_port


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, its key beside it."""
    path = tmp_path_factory.mktemp("tls") / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-addext", "basicConstraints=critical,CA:FALSE"),
            *("-keyout", path.with_name("key.pem"), "-out", path),
        ],
        check=True,
        capture_output=True,
    )
    return path


@pytest.fixture(scope="module")
def url(certificate: Path) -> Iterator[str]:
    port = free_port()
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface=wsgi", "--no-ws", "--host=127.0.0.1", f"--port={port}"),
            *("--ssl-certificate", certificate, "--ssl-keyfile", certificate.with_name("key.pem")),
            "tests.client.served:application",
        ],
        env=os.environ | {"PYTHONPATH": os.getcwd()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await_port(port)
        yield f"https://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(40)


def test_an_authority_of_ones_own_is_trusted(url: str, certificate: Path) -> None:
    with ScmClient(url, tls_ca_cert=certificate.read_bytes()) as client:
        assert client.get_repository(repository_id=7).id == 7
        commits = client.stream_commits(repository_id=7)
        next(commits)
        commits.close()
        assert client.check_file(repository_id=7, path="a.py").exists, "the closed stream went on"


def test_an_unknown_authority_is_not(url: str) -> None:
    with ScmClient(url, retries=0) as client, pytest.raises(errors.Unavailable) as caught:
        client.get_repository(repository_id=7)
    assert caught.value.reason == "CONNECTION_FAILED"
    assert "certificate" in caught.value.message
