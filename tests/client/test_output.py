"""The forms in which commands print an answer."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sentry_scm_grpc.client import pull_requests_command as readable
from sentry_scm_grpc.client.output import as_yaml, check_output
from sentry_scm_grpc.client.text import Writer, harmless
from sentry_scm_grpc.command_line import UsageError
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

texts = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(["no", "1", "2020-01-01", "a\n\n", " b\nc"])
values = st.recursive(
    texts | st.booleans() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(texts, inner)
)


@settings(deadline=None)
@given(st.dictionaries(texts, values))
def test_yaml_reads_as_it_was(message: dict[str, Any]) -> None:
    assert yaml.safe_load(as_yaml(message)) == message


def test_yaml_shows_what_drives_a_terminal() -> None:
    """The text of others, among it the characters that change the direction of reading, which PyYAML writes as they
    are."""
    odd = {text: text for text in ("a\u202eb", "\x1b[31m\u2066", "é\n\u061c", "\u200f" * 300 + " word" * 60)}
    written = as_yaml(odd)
    assert harmless(written) == written
    assert yaml.safe_load(written) == odd


def test_every_text_of_a_pull_request_is_made_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    """A provider may be anybody's server, so also what is no free text."""
    odd = "\x1b[2J"
    branch = pulls.PullRequestBranch(branch=odd, commit_sha=odd, repository=odd, is_fork=True)
    texts = dict.fromkeys(("title", "mergeability_detail", "web_url", "merge_commit_sha"), odd)
    user = pulls.PullRequestUser(name=odd)
    state = pulls.PULL_REQUEST_STATE_OPEN
    one = pulls.PullRequest(head=branch, base=branch, author=user, labels=[odd], state=state, **texts)
    readable._head(Writer(), one, None)
    readable._show_review(Writer(), pulls.Review(group=odd, detail=odd, commit_sha=odd, body=odd))
    place = pulls.ReviewPosition(path=odd, line=1, commit_sha=odd)
    readable._thread(Writer(), pulls.ReviewThread(original_position=place))
    told = capsys.readouterr().out
    assert harmless(told) == told
    assert told.count("\\x1b[2J") > 12


def test_yaml_is_for_people() -> None:
    commit = {
        "key": "0123",
        "message": "Lift off\n\nAt last.\n",
        "parents": ["4567"],
        "id": "1",
        "author": {"name": "Adá"},
    }
    assert as_yaml(commit) == (
        "key: '0123'\nmessage: |\n  Lift off\n\n  At last.\nparents:\n- '4567'\nid: '1'\nauthor:\n  name: Adá\n"
    )


def test_yaml_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(UsageError, match="pip install 'pyyaml>=6'"):
        check_output("yaml")
    check_output("json")
