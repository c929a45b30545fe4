"""Paths of stack traces, and code mappings applied to them."""

from __future__ import annotations

import pytest

from sentry_scm_grpc.source.frames import Frame, mapped, root_key, spellings


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("src\\Web\\H.cs", "src/Web/H.cs"),
        ("C:\\build\\src\\H.cs", "C:/build/src/H.cs"),
        ("c:/build/H.cs", "C:/build/H.cs"),
        ("\\\\?\\C:\\build\\H.cs", "C:/build/H.cs"),
        ("\\\\host\\share\\H.cs", "//host/share/H.cs"),
        ("file:///C:/build/H.cs", "C:/build/H.cs"),
        ("file:///usr/src/my%20app/x.py", "/usr/src/my app/x.py"),
        ("file://host/share/x.py", "//host/share/x.py"),
        ("/app//src/./x.py", "/app/src/x.py"),
        ("/app/build/../src/x.py", "/app/src/x.py"),
        ("/../x.py", "/x.py"),
        ("../../src/x.py", "../../src/x.py"),
        ("./src/x.py", "src/x.py"),
        ("app:///src/x.js", "app:///src/x.js"),
        ("app:///../src/x.js", "app:///src/x.js"),
        ("webpack:///./src/x.js?1a2b", "webpack:///src/x.js"),
        ("webpack://shop/./src/x.js", "webpack://shop/src/x.js"),
        ("https://example.com/static/app.js?v=1#L3", "https://example.com/static/app.js"),
        ("https://example.com/caf%C3%A9%2Fbar%FF.js", "https://example.com/caf%C3%A9%2Fbar%FF.js"),
        ("https://example.com/caf%C3%A9.js", "https://example.com/caf\u00e9.js"),
        ("~/static/app.js", "~/static/app.js"),
        ("static/app.js?v=1", "static/app.js"),
        ("what?/x.py", "what?/x.py"),
    ],
)
def test_a_path_as_names(text: str, path: str) -> None:
    assert Frame.of(text).path == path


@pytest.mark.parametrize(
    ("path", "stack_root", "source_root", "found"),
    [
        ("C:\\build\\src\\Web\\H.cs", "C:\\build\\", "", "src/Web/H.cs"),
        ("C:/build/src/Web/H.cs", "C:\\build\\", "", "src/Web/H.cs"),
        ("c:\\BUILD\\src\\Web\\H.cs", "C:/build", "", "src/Web/H.cs"),
        ("file:///C:/build/src/H.cs", "C:\\build\\", "app\\", "app/src/H.cs"),
        ("\\\\host\\share\\src\\H.cs", "\\\\HOST\\share", "", "src/H.cs"),
        ("src\\Web\\H.cs", "src/", "lib/", "lib/Web/H.cs"),
        ("/app/src/x.py", "/app", "", "src/x.py"),
        ("/app/src/x.py", "/app/", "lib", "lib/src/x.py"),
        ("/app/src/x.py", "/app/", "/lib//", "lib/src/x.py"),
        ("/APP/src/x.py", "/app/", "", None),
        ("src/webserver/x.py", "src/web", "web", None),
        ("src/web/x.py", "src/web", "web", "web/x.py"),
        ("src/web/x.py", "", "", "src/web/x.py"),
        ("./src/web/x.py", "./", "lib/", "lib/src/web/x.py"),
        ("/src/web/x.py", "", "", None),
        ("src/x.py", "/src/", "", None),
        ("app:///static/x.js", "app:///", "", "static/x.js"),
        ("app:///static/x.js", "webpack:///", "", None),
        ("webpack:///./src/x.js?abc", "webpack:///./", "", "src/x.js"),
        ("~/static/x.js", "~/", "public/", "public/static/x.js"),
        ("D:\\build\\x.cs", "C:\\build\\", "", None),
        ("/cafe\u0301/x.py", "/caf\u00e9/", "", "x.py"),
        ("src/x.py", "src/x.py", "lib/x.py", "lib/x.py"),
    ],
)
def test_a_code_mapping_turns_a_path(path: str, stack_root: str, source_root: str, found: str | None) -> None:
    assert mapped(path, stack_root, source_root) == found


def test_roots_that_mean_the_same() -> None:
    assert root_key("C:\\Build\\") == root_key("c:/build/")
    assert root_key("/App/") != root_key("/app/")


def test_the_forms_of_letters_with_marks() -> None:
    assert list(spellings("a/x.py")) == ["a/x.py"]
    assert list(spellings("caf\u00e9")) == ["caf\u00e9", "cafe\u0301"]
