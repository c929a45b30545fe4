"""Shows that docs/how-to/observability.md is as the code is: its settings work, its tables are complete."""

from __future__ import annotations

import logging.config
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from sentry_scm_grpc.telemetry import names

PAGE = (Path(__file__).parents[2] / "docs/how-to/observability.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_logging_that_it_shows_writes_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    given: dict[str, Any] = {}
    exec(blocks("python")[0], given)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    audit = logging.getLogger("sentry_scm_grpc.audit")
    try:
        logging.config.dictConfig(given["LOGGING"])
        logging.getLogger("anybody").warning("hello")
        audit.info("%s", "{}", extra={"audit": {"event": "write", "request_id": "mine-1"}})
    finally:
        for handler in audit.handlers:
            handler.close()
        root.handlers[:], audit.handlers[:], audit.propagate = handlers, [], True
        root.setLevel(level)
    (line,) = capsys.readouterr().err.splitlines()
    assert '"message": "hello"' in line
    (line,) = (tmp_path / "audit.log").read_text().splitlines()
    assert '"request_id": "mine-1"' in line
    assert '"audit": {"event": "write"' in line


def test_the_other_blocks_can_be_read() -> None:
    given: dict[str, Any] = {}
    exec(blocks("python")[1], given)
    assert callable(given["child_exit"])
    assert yaml.safe_load(blocks("yaml")[0])["scrape_configs"]


def test_the_table_of_metrics_is_complete() -> None:
    metrics = {value for value in vars(names).values() if isinstance(value, names.Metric)}
    listed = set(re.findall(r"^\| `([a-z_.]+)` \| `([a-z_]+)` \|", PAGE, re.MULTILINE))
    assert listed == {(metric.name, metric.prometheus) for metric in metrics}
