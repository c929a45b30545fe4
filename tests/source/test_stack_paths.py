"""Code mappings derived from stack-trace paths."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sentry_scm_grpc.errors import DeadlineExceeded
from sentry_scm_grpc.rpc.budget import Budget, spending
from sentry_scm_grpc.source.frames import mapped
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
        "/app/api/base.py/.",  # a directory
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


def test_roots_that_differ_in_slashes_alone_are_one() -> None:
    paths = ["C:\\build\\relay\\src\\main.rs", "c:/build/relay/api/base.py"]
    (found,), unmatched = derive(paths, FILES)
    assert (found.stack_root, found.source_root, found.paths) == ("C:\\build\\", "", tuple(paths))
    assert unmatched == []


def test_letters_with_marks_are_the_same_in_either_form() -> None:
    (found,), _ = derive(["/srv/lib/cafe\u0301.py"], {1: ["lib/caf\u00e9.py"]})
    assert (found.stack_root, found.source_root) == ("/srv/", "")


LIBRARIES = [
    "node_modules/express/index.js",
    "/app/node_modules/express/index.js",
    "C:\\app\\node_modules\\express\\index.js",
    "webpack:///./node_modules/express/index.js",
    "/app/node_modules/.pnpm/express@4.0.0/node_modules/express/index.js",
    "/app/.yarn/cache/express/index.js",
    "bower_components/express/index.js",
    "/app/vendor/github.com/acme/index.js",
    "/go/pkg/mod/github.com/acme/x@v1.2.3/index.js",
    "/usr/local/go/src/net/http/index.js",
    "/usr/lib/python3/dist-packages/index.js",
    "/usr/lib/python3.11/index.js",
    "/root/.pyenv/versions/3.11.7/lib/python3.11/index.js",
    "C:\\Python311\\Lib\\index.js",
    "/venv/lib/python3.11/site-packages/django/index.js",
    "/usr/local/bundle/gems/rack-2.2.3/index.js",
    "/usr/local/lib/ruby/3.1.0/index.js",
    "/root/.cargo/registry/src/github.com-1ecc6299db9ec823/serde-1.0.1/index.js",
    "/rustc/90c541806f23a127002de5b4038be731ba1458ca/index.js",
    "/_/src/libraries/System.Private.CoreLib/index.js",
    "System.Private.CoreLib/index.js",
    "java/util/index.js",
    "kotlin/collections/index.js",
    "webpack/bootstrap/index.js",
    "node:internal/index.js",
    "internal/modules/cjs/index.js",
    "chrome-extension://abcdef/index.js",
    "<anonymous>/index.js",
    "https://cdn.example.com/index.min.js",
]


@pytest.mark.parametrize("path", LIBRARIES)
def test_a_frame_of_a_library_derives_nothing(path: str) -> None:
    assert derive([path], {1: ["index.js", "index.min.js", "express/index.js", "http/index.js"]}) == ([], [path])


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/app/node_modules/express/index.js", "node_modules/express/index.js"),
        ("/src/vendor/github.com/acme/x.go", "backend/vendor/github.com/acme/x.go"),
        ("/app/models/vendor/list.py", "models/vendor/list.py"),
    ],
)
def test_a_library_that_the_repository_itself_holds(path: str, file: str) -> None:
    (found,), _ = derive([path], {1: [file]})
    assert mapped(path, found.stack_root, found.source_root) == file


@pytest.mark.parametrize(
    "path",
    [
        "/go/src/app/internal/server/main.go",
        "native/server/main.go",
        "/_/src/server/main.go",
        "/app/kotlin/server/main.go",
    ],
)
def test_a_frame_that_only_looks_like_one_of_a_library(path: str) -> None:
    assert derive([path], {1: ["server/main.go"]})[1] == []


def test_a_repository_that_cannot_be_read_counts_as_one_without_files() -> None:
    def broken() -> Iterator[str]:
        yield "relay/src/main.rs"
        raise ValueError("damaged")

    skipped: list[tuple[int, Exception]] = []
    found, _ = derive(["/x/src/main.rs"], {1: broken(), 2: FILES[2]}, lambda *one: skipped.append(one))
    assert [mapping.repository_id for mapping in found] == [2]
    assert [(id, str(error)) for id, error in skipped] == [(1, "damaged")]
    with pytest.raises(ValueError, match="damaged"):
        derive(["/x/src/main.rs"], {1: broken()})


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
    with spending(Budget(0.0)), pytest.raises(DeadlineExceeded):
        derive(paths, {1: files})


_NAMES = st.text("ab.", min_size=1, max_size=2).filter(lambda name: name.strip("."))
_PATHS = st.lists(_NAMES, min_size=1, max_size=4).map("/".join)
_ODD_PATHS = st.lists(st.one_of(_NAMES, st.sampled_from(["", ".", ".."])), min_size=1, max_size=6)
_FRAMES = st.builds(
    lambda start, names, slash: start + slash.join(names),
    st.sampled_from(["", "/", "x:\\", "./", "../", "app:///", "webpack:///./", "file:///C:/", "\\\\host\\", "~/"]),
    _ODD_PATHS,
    st.sampled_from("/\\"),
)


@examples(deadline=None)
@given(
    stack_paths=st.lists(_FRAMES),
    files=st.dictionaries(st.integers(1, 3), st.lists(_PATHS, unique=True), max_size=3),
)
def test_what_is_derived_leads_to_files(stack_paths: list[str], files: dict[int, list[str]]) -> None:
    derived, unmatched = derive(stack_paths, files)
    for mapping in derived:
        for path in mapping.paths:
            assert mapped(path, mapping.stack_root, mapping.source_root) in files[mapping.repository_id]
    explained = [path for mapping in derived for path in mapping.paths]
    assert sorted(explained + unmatched) == sorted(set(stack_paths))
    assert len({mapping.stack_root for mapping in derived}) == len(derived)
