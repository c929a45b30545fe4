"""A site with repositories of GitHub and GitLab, whose pull requests the explorer shows: the fakes of tests.vendors."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sentry_scm_grpc.client import ScmClient
from tests.ports import free_ports
from tests.scenarios.running import running
from tests.vendors import FAKES
from tests.vendors.fake import FakeVendor
from tests.vendors.pulls import TOPIC, Comment, Thread
from tests.vendors.serving import served
from tests.vendors.world import Change, Run, Status

VARIABLES = {"github": "GITHUB_TOKEN", "gitlab": "GITLAB_TOKEN"}
MARKUP = "<img src=x onerror=globalThis.xss=1>"
# With characters that would clear a terminal, and turn the rest of a line round.
CONTROL = "\x1b[2J\x9b31m\u202e"
SCRIPT = f"<script>globalThis.xss=1</script> **bold** <b>markup</b>{CONTROL}"
#: A file of the pull request, and one that it does not change.
ODD_PATH, OTHER_PATH = f"docs/{MARKUP}.md", "docs/elsewhere.md"


def mark_up(fake: FakeVendor) -> None:
    """Puts markup into every text of the pull request of "topic", and its threads on lines of its diff."""
    world = fake.world
    newest = world.topic[0]
    odd = Change(ODD_PATH, "modified", 2, 1)
    world.topic[0] = replace(newest, message=f"{MARKUP}\n\n{SCRIPT}", changes=(*newest.changes, odd))
    pull = world.pull_requests[TOPIC]
    pull.title, pull.body, pull.labels, pull.base = f"{MARKUP} in a title", f"Why:\n{SCRIPT}", [MARKUP], "<b>main</b>"
    remarks = world.remarks[TOPIC]
    remarks[0].body = SCRIPT
    if fake.key == "gitlab":
        # A short conversation, beside the one of several pages.
        del remarks[3:]
    threads = [
        # id, path, side, start, line, outdated, resolved
        (1, "src/app.py", "head", 2, 3, False, False),
        (2, "src/app.py", "base", 0, 2, False, True),
        (3, "src/app.py", "head", 0, 1, False, False),
        (4, "src/app.py", "head", 0, 4, True, False),
        (5, "src/app.py", "head", 0, 70, False, False),
        (6, ODD_PATH, "head", 0, 2, False, False),
        (7, OTHER_PATH, "head", 0, 5, True, True),
    ]
    world.threads[TOPIC] = [
        Thread(
            id, *place, [Comment(id * 10, "ada", f"Thread {id} {SCRIPT}"), Comment(id * 10 + 1, "bob", f"Answer {id}")]
        )
        for id, *place in threads
    ]
    head = pull.head_sha
    for state in ("failure", "success"):
        world.report(head, Status(f"ci/{state}{MARKUP}", state, SCRIPT, "https://ci.example.com/runs/1"))
    world.runs[head] = [Run(900, f"lint {MARKUP}", "neutral", "A title", SCRIPT)]


@contextmanager
def serving_vendors(directory: Path) -> Iterator[dict[str, Any]]:
    """What the scripts know of the site: its address, a key, and the id of a repository of each vendor."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "sentry_scm_grpc", "serve", "--data", str(directory / "scm"), "--explorer"]
    environment: dict[str, str | None] = {
        name: None for name in os.environ if name.startswith(("DJANGO_", "SCM_GRPC_"))
    }
    with ExitStack() as stack:
        for key, variable in VARIABLES.items():
            fake = FAKES[key]()
            fake.world.repositories = []
            mark_up(fake)
            command += ["--integration", f"{key}:acme@{stack.enter_context(served(fake)).url}"]
            environment[variable] = "a-token-of-nobody"
        log = directory / "log"
        stack.enter_context(running([*command, "--bind", f"127.0.0.1:{port}"], port, environment, log))
        told = re.search(r"shown only now: (\S+)", log.read_text())
        assert told, log.read_text()
        url = f"http://127.0.0.1:{port}"
        with ScmClient(url, api_key=told[1]) as client:
            ids = {found.provider_key: str(found.id) for found in client.iter_repositories()}
        yield {
            "url": f"{url}/grpc/",
            "apiKey": told[1],
            "ids": ids,
            "pull": TOPIC,
            "markup": MARKUP,
            "oddPath": ODD_PATH,
        }
