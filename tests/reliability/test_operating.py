"""What the pages give operators for the programs around a site, in those programs: Prometheus' alerts, nginx."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.docs.blocks import ROOT, Block, blocks
from tests.ports import free_ports
from tests.reliability.place import Place
from tests.reliability.services import NGINX
from tests.scenarios.running import running

ALERTS = ROOT / "docs/monitoring/alerts.yml"


def promtool(*arguments: str | Path) -> None:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_fires_where_it_should_and_only_there(tmp_path: Path) -> None:
    tests = (Path(__file__).parent / "alerts.test.yml").read_text()
    named = {rule["alert"] for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]}
    assert set(re.findall(r'alertname="(\w+)"', tests)) == named
    assert set(re.findall(r"alertname: (\w+)", tests)) == named
    (tmp_path / "tests.yml").write_text(tests.replace("ALERTS]", f"{ALERTS}]"))
    promtool("check", "rules", ALERTS)
    promtool("test", "rules", tmp_path / "tests.yml")


@pytest.mark.parametrize("block", [block for block in blocks() if block.language == "nginx"], ids=str)
def test_nginx_serves_a_site_with_the_configuration_of_the_page(block: Block, place: Place) -> None:
    (port,) = free_ports(1)
    with place.server() as server:
        named, count = re.subn(r"http://web:9000", server.url, block.text)
        assert count, "the page names another server"
        around = NGINX.format(directory=place.directory, servers=f"server 127.0.0.1:{server.port};", port=port)
        configuration = place.directory / "page.conf"
        configuration.write_text(around.replace("location / {", named + "\nlocation / {\nreturn 404;\n", 1))
        with (
            running(["nginx", "-c", str(configuration)], port, {}, place.directory / "page.log"),
            place.client(f"http://127.0.0.1:{port}/grpc") as client,
        ):
            assert client.get_repository(repository_id=place.site.repository_id).id == place.site.repository_id
            assert list(client.stream_tree(repository_id=place.site.repository_id))
