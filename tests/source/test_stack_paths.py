"""Code mappings derived from stack-trace paths."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentry_scm_grpc.errors import DeadlineExceeded
from sentry_scm_grpc.rpc.deadline import within
from sentry_scm_grpc.source.stack_paths import derive

FILES = {
    1: [
        "setup.py",
        "src/sentry/api/base.py",
        "src/sentry/models/base.py",
        "src/sentry/utils.py",
        "static/app/index.tsx",
    ],
    2: ["relay/src/main.rs", "relay/api/base.py", "My App/View.cs", "web/View.cs"],
}


@pytest.mark.parametrize(
    ("path", "mapping"),
    [
        # With nothing in front, the first directory stays in both roots: an empty root would fit any path.
        ("sentry/api/base.py", (1, "sentry/", "src/sentry/")),
        ("/usr/src/app/src/sentry/api/base.py", (1, "/usr/src/app/", "")),
        ("/opt/sentry/utils.py", (1, "/opt/", "src/")),
        ("./src/sentry/utils.py", (1, "./", "")),
        ("src/sentry/utils.py", (1, "src/", "src/")),
        ("app:///static/app/index.tsx", (1, "app:///", "")),
        ("webpack:///./app/index.tsx", (1, "webpack:///./", "static/")),
        ("C:\\build\\relay\\src\\main.rs", (2, "C:\\build\\", "")),
        ("D:\\sentry/models\\base.py", (1, "D:\\", "src/")),
        ("/app/setup.py", (1, "/app/", "")),
        ("main.rs", (2, "", "relay/src/")),
    ],
)
def test_one_path(path: str, mapping: tuple[int, str, str]) -> None:
    (found,), unmatched = derive([path], FILES)
    assert (found.repository_id, found.stack_root, found.source_root) == mapping
    assert (found.paths, unmatched) == ((path,), [])


@pytest.mark.parametrize(
    "path",
    [
        "base.py",  # several files
        "api/base.py",  # of two repositories
        "/usr/lib/python3/utils.py",  # only the name is the same
        "nowhere/at/all.py",
        "sentry/",
        "",
        "/",
        "C:\\Program Files\\web\\View.cs",  # a code mapping's root holds no white space
    ],
)
def test_a_path_that_is_not_explained(path: str) -> None:
    assert derive([path], FILES) == ([], [path])


def test_one_mapping_explains_many_paths_and_the_best_comes_first() -> None:
    paths = ["/app/src/main.rs", "/opt/sentry/utils.py", "/opt/sentry/api/base.py", "/opt/sentry/utils.py", "what.py"]
    found, unmatched = derive(paths, FILES)
    assert [(mapping.stack_root, mapping.source_root, mapping.paths) for mapping in found] == [
        ("/opt/", "src/", ("/opt/sentry/utils.py", "/opt/sentry/api/base.py")),
        ("/app/", "relay/", ("/app/src/main.rs",)),
    ]
    assert unmatched == ["what.py"]


def test_a_path_that_is_ambiguous_alone_is_decided_by_the_others() -> None:
    files = {1: ["a/lib/x.py", "a/lib/only_a.py"], 2: ["b/lib/x.py"]}
    assert derive(["/srv/lib/x.py"], files)[1] == ["/srv/lib/x.py"]
    (found,), unmatched = derive(["/srv/lib/x.py", "/srv/lib/only_a.py"], files)
    assert (found.repository_id, found.stack_root, found.source_root) == (1, "/srv/", "a/")
    assert (len(found.paths), unmatched) == (2, [])


def test_a_stack_root_stands_for_one_source_root() -> None:
    files = {1: ["a/lib/one.py", "a/lib/two.py"], 2: ["b/lib/three.py"]}
    paths = ["/srv/lib/one.py", "/srv/lib/two.py", "/srv/lib/three.py"]
    (found,), unmatched = derive(paths, files)
    assert (found.source_root, unmatched) == ("a/", ["/srv/lib/three.py"])
    assert derive(paths[1:], files) == ([], paths[1:])


def test_files_are_read_once() -> None:
    (found,), _ = derive(["/x/sentry/utils.py"], {1: iter(FILES[1])})
    assert found.repository_id == 1


def test_many_files_of_one_name_take_neither_the_memory_nor_longer_than_there_is() -> None:
    files = [f"packages/p{number}/src/index.js" for number in range(1000)]
    paths = [f"/app/x{number}/src/index.js" for number in range(40)]
    tracemalloc.start()
    assert derive(paths, {1: files}) == ([], paths)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3 * 1024 * 1024
    with within(lambda: 0.0), pytest.raises(DeadlineExceeded):
        derive(paths, {1: files})


_NAMES = st.text("ab.", min_size=1, max_size=2)
_PATHS = st.lists(_NAMES, min_size=1, max_size=4).map("/".join)


@given(
    stack_paths=st.lists(st.builds(lambda start, path: start + path, st.sampled_from(["", "/", "x:\\", "./"]), _PATHS)),
    files=st.dictionaries(st.integers(1, 3), st.lists(_PATHS, unique=True), max_size=3),
)
def test_what_is_derived_leads_to_files(stack_paths: list[str], files: dict[int, list[str]]) -> None:
    derived, unmatched = derive(stack_paths, files)
    for mapping in derived:
        for path in mapping.paths:
            assert path.startswith(mapping.stack_root)
            assert mapping.source_root + path.removeprefix(mapping.stack_root) in files[mapping.repository_id]
    explained = [path for mapping in derived for path in mapping.paths]
    assert sorted(explained + unmatched) == sorted(set(stack_paths))
    assert len({mapping.stack_root for mapping in derived}) == len(derived)
