"""The oracle: Envoy's gRPC-Web filter before the native door."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.scenarios.running import ROOT, running

BINARY = ROOT / ".venv-oracle/bin/envoy"


@contextlib.contextmanager
def running_before(port: int, native_port: int, directory: Path) -> Iterator[None]:
    """Envoy on ``port``, before the gRPC server on ``native_port``."""
    if not shutil.which(BINARY):
        raise RuntimeError(f"{BINARY} is missing. Run scripts/install-client-test-tools.")
    config = directory / "envoy.json"
    config.write_text(json.dumps(_config(port, native_port)))
    command = [str(BINARY), "--config-path", str(config), "--concurrency", "1", "--log-level", "error"]
    with running([*command, "--disable-hot-restart"], port, {}, directory / "envoy.log"):
        yield


def _config(port: int, native_port: int) -> dict[str, Any]:
    def filter_of(name: str, kind: str, **more: Any) -> dict[str, Any]:
        return {
            "name": name,
            "typed_config": {"@type": f"type.googleapis.com/envoy.extensions.filters.http.{kind}", **more},
        }

    # No time limit of Envoy's own: deadlines are the native server's.
    routes = {"match": {"prefix": "/"}, "route": {"cluster": "native", "timeout": "0s"}}
    network = "type.googleapis.com/envoy.extensions.filters.network"
    manager = {
        "@type": f"{network}.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "oracle",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [routes]}]},
        "http_filters": [
            filter_of("envoy.filters.http.grpc_web", "grpc_web.v3.GrpcWeb"),
            filter_of("envoy.filters.http.router", "router.v3.Router"),
        ],
    }
    http2 = {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        "explicit_http_config": {"http2_protocol_options": {}},
        # After a header that it cannot parse, grpcio answers later calls on the same connection wrongly.
        "common_http_protocol_options": {"max_requests_per_connection": 1},
    }
    return {
        "static_resources": {
            "listeners": [
                {
                    "address": _address(port),
                    "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
                }
            ],
            "clusters": [
                {
                    "name": "native",
                    "typed_extension_protocol_options": {
                        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": http2
                    },
                    "load_assignment": {
                        "cluster_name": "native",
                        "endpoints": [{"lb_endpoints": [{"endpoint": {"address": _address(native_port)}}]}],
                    },
                }
            ],
        }
    }


def _address(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
