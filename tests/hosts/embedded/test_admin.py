"""The admin is off unless it is turned on; what it shows then is in admin_pages.py, run from here with it on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

PAGES = Path(__file__).with_name("admin_pages.py")


def test_off_it_is_not_there() -> None:
    assert Client().get("/admin/").status_code == 404
    assert Client().get("/static/admin/css/base.css").status_code == 404


@pytest.mark.slow
def test_on_it_keeps_what_admin_pages_shows(tmp_path: Path) -> None:
    # Settings are read once a process. SQLite, whatever database the other tests use.
    environment = {name: value for name, value in os.environ.items() if name != "SCM_GRPC_DATABASE_URL"}
    environment |= {"SCM_GRPC_ADMIN": "1", "SCM_GRPC_DATA": str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "-q", str(PAGES)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
