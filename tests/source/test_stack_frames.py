"""The places of frames of a stack trace, as each platform writes them."""

from __future__ import annotations

from typing import Any

import pytest

from sentry_scm_grpc.rpc.budget import Budget, spending
from sentry_scm_grpc.source.stack_frames import LIBRARY, NO_CODE_MAPPING, NO_PATH, RUNTIME_CODE, Mappings, places
from sentry_scm_grpc.v1 import lookup_pb2 as lookup
from sentry_scm_grpc.v1 import scm_pb2 as pb


def found(platform: str, frame: dict[str, Any], *roots: tuple[str, str]) -> tuple[list[str], str]:
    """The paths of a frame, in the order in which they are tried, and the reason if there is none."""
    mappings = [
        pb.CodeMapping(id=id, stack_root=stack, source_root=source) for id, (stack, source) in enumerate(roots, 1)
    ]
    with spending(Budget()):
        its_places, reason = places(lookup.StackFrame(**frame), platform, Mappings(mappings))
    return [place.path for place in its_places], reason


JVM = ("com/acme/", "src/main/java/com/acme/")
# Platform, frame, stack root, source root, and the path that is tried first.
FRAMES: dict[str, tuple[str, dict[str, Any], tuple[str, str], str]] = {
    "java": (
        "java",
        {"module": "com.acme.shop.Cart", "path": "Cart.java"},
        JVM,
        "src/main/java/com/acme/shop/Cart.java",
    ),
    "java, inner class": (
        "java",
        {"module": "com.acme.Cart$Item$1", "path": "Cart.java", "abs_path": "Cart.java"},
        JVM,
        "src/main/java/com/acme/Cart.java",
    ),
    "java, lambda": (
        "java",
        {"module": "com.acme.Cart$$Lambda$14/0x00000008000b1840", "path": "Cart.java"},
        JVM,
        "src/main/java/com/acme/Cart.java",
    ),
    "java, loader and module": (
        "java",
        {"module": "app//com.acme.Cart", "path": "Cart.java"},
        JVM,
        "src/main/java/com/acme/Cart.java",
    ),
    "java, a class in the file of another": (
        "java",
        {"module": "com.acme.Helper", "path": "Cart.java"},
        JVM,
        "src/main/java/com/acme/Cart.java",
    ),
    "java, no file": ("java", {"module": "com.acme.Cart$Item"}, JVM, "src/main/java/com/acme/Cart.java"),
    "java, unknown source": (
        "java",
        {"module": "com.acme.Cart", "path": "Unknown Source"},
        JVM,
        "src/main/java/com/acme/Cart.java",
    ),
    "kotlin": (
        "java",
        {"module": "com.acme.CartKt", "path": "Cart.kt"},
        ("com/acme/", "app/src/main/kotlin/"),
        "app/src/main/kotlin/Cart.kt",
    ),
    "kotlin, no file": (
        "java",
        {"module": "com.acme.CartKt"},
        ("com/acme/", "app/src/main/kotlin/"),
        "app/src/main/kotlin/Cart.kt",
    ),
    "java, platform unknown": (
        "",
        {"module": "com.acme.Cart", "path": "Cart.java"},
        JVM,
        "src/main/java/com/acme/Cart.java",
    ),
    "java, default package": ("java", {"module": "Main", "path": "Main.java"}, ("", "src/"), "src/Main.java"),
    "webpack": ("javascript", {"path": "webpack:///./src/cart.js"}, ("webpack:///", ""), "src/cart.js"),
    "webpack, mapping without scheme": (
        "javascript",
        {"path": "webpack:///./src/cart.js"},
        ("src/", "web/"),
        "web/cart.js",
    ),
    "webpack, namespace": (
        "javascript",
        {"path": "webpack://shop/./src/cart.ts?1a2b"},
        ("src/", "web/"),
        "web/cart.ts",
    ),
    "./": ("node", {"path": "./src/cart.js"}, ("src/", "web/"), "web/cart.js"),
    "mapping with ./": ("node", {"path": "src/cart.js"}, ("./src/", "web/"), "web/cart.js"),
    "app:///": ("javascript", {"path": "app:///dist/cart.js"}, ("app:///dist/", "src/"), "src/cart.js"),
    "app:///, mapping without": ("javascript", {"path": "app:///dist/cart.js"}, ("dist/", "src/"), "src/cart.js"),
    "~/": ("javascript", {"path": "~/static/cart.js"}, ("static/", "src/"), "src/cart.js"),
    "~/ for a url": (
        "javascript",
        {"abs_path": "https://shop.example.com/static/cart.js?v=1"},
        ("~/static/", "src/"),
        "src/cart.js",
    ),
    "python": (
        "python",
        {"path": "shop/cart.py", "abs_path": "/app/shop/cart.py"},
        ("shop/", "src/shop/"),
        "src/shop/cart.py",
    ),
    "python, absolute": ("python", {"path": "cart.py", "abs_path": "/app/shop/cart.py"}, ("/app/", ""), "shop/cart.py"),
    "python, module": ("python", {"module": "shop.cart"}, ("shop/", "src/shop/"), "src/shop/cart.py"),
    "go": (
        "go",
        {"abs_path": "/go/src/github.com/acme/shop/cart.go"},
        ("/go/src/github.com/acme/shop/", ""),
        "cart.go",
    ),
    "go, trimpath": ("go", {"path": "github.com/acme/shop/cart.go"}, ("github.com/acme/shop/", ""), "cart.go"),
    "go, version": (
        "go",
        {"abs_path": "github.com/acme/shop@v1.2.3/pay/card.go"},
        ("github.com/acme/shop/", ""),
        "pay/card.go",
    ),
    "go, module": (
        "go",
        {"module": "github.com/acme/shop/pay", "path": "card.go", "abs_path": "/build/pay/card.go"},
        ("github.com/acme/shop/", ""),
        "pay/card.go",
    ),
    ".net": ("csharp", {"abs_path": "C:\\build\\src\\Shop\\Cart.cs"}, ("c:\\build\\", ""), "src/Shop/Cart.cs"),
    ".net, share": ("csharp", {"abs_path": "\\\\ci\\src\\Cart.cs"}, ("\\\\CI\\src\\", "src/"), "src/Cart.cs"),
    ".net, reproducible build": ("csharp", {"abs_path": "/_/src/Shop/Cart.cs"}, ("src/", "src/"), "src/Shop/Cart.cs"),
    "ruby": (
        "ruby",
        {"path": "app/models/cart.rb", "abs_path": "/usr/src/app/app/models/cart.rb"},
        ("app/", "app/"),
        "app/models/cart.rb",
    ),
    "php": (
        "php",
        {"path": "/src/Cart.php", "abs_path": "/var/www/html/src/Cart.php"},
        ("src/", "src/"),
        "src/Cart.php",
    ),
    "php, absolute": ("php", {"abs_path": "/var/www/html/src/Cart.php"}, ("/var/www/html/", ""), "src/Cart.php"),
    "native": (
        "native",
        {"abs_path": "/home/ci/build/shop/src/cart.cpp"},
        ("/home/ci/build/shop/", ""),
        "src/cart.cpp",
    ),
    "native, below a build directory": ("native", {"path": "../../src/cart.c"}, ("src/", "src/"), "src/cart.c"),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_as_its_platform_writes_it(name: str) -> None:
    platform, frame, root, path = FRAMES[name]
    paths, reason = found(platform, frame, root)
    assert (paths[:1], reason) == ([path], "")


@pytest.mark.parametrize(
    ("platform", "frame", "reason"),
    [
        ("java", {}, NO_PATH),
        ("python", {"function": "main"}, NO_PATH),
        ("java", {"module": "java.util.ArrayList", "path": "ArrayList.java"}, LIBRARY),
        ("python", {"path": "<frozen importlib._bootstrap>"}, RUNTIME_CODE),
        ("node", {"path": "node:internal/process/task_queues"}, RUNTIME_CODE),
        (
            "native",
            {"abs_path": "/rustc/90b35a6239c3d8bdabc530a6a0816f7ff89a0aaf/library/core/src/panicking.rs"},
            RUNTIME_CODE,
        ),
        ("python", {"abs_path": "/app/.venv/lib/python3.11/site-packages/django/db.py"}, LIBRARY),
        ("node", {"path": "/app/node_modules/express/index.js"}, LIBRARY),
        ("go", {"abs_path": "/go/pkg/mod/github.com/lib/pq@v1.0.0/conn.go"}, LIBRARY),
        ("python", {"path": "lib/elsewhere.py"}, NO_CODE_MAPPING),
        ("python", {"path": "application/x.py"}, NO_CODE_MAPPING),
        ("python", {"path": "app/../../etc/passwd"}, NO_CODE_MAPPING),
    ],
)
def test_why_a_frame_has_no_place(platform: str, frame: dict[str, Any], reason: str) -> None:
    assert found(platform, frame, ("/app/", ""), ("app", "src"), ("/go/", "")) == ([], reason)


def test_the_longest_root_is_tried_first() -> None:
    roots = [("", "x/"), ("app/", "a/"), ("app/web/", "w/")]
    assert found("python", {"path": "app/web/v.py"}, *roots)[0] == ["w/v.py", "a/web/v.py", "x/app/web/v.py"]


def test_in_app_and_a_root_within_the_library_win_over_the_look_of_a_path() -> None:
    frame = {"path": "/app/vendor/acme/x.go"}
    assert found("go", frame, ("/app/", ""))[1] == LIBRARY
    assert found("go", {**frame, "in_app": True}, ("/app/", ""))[0] == ["vendor/acme/x.go"]
    assert found("go", frame, ("/app/vendor/acme/", "lib/"))[0] == ["lib/x.go"]


def test_both_forms_of_accented_letters_are_tried() -> None:
    assert found("python", {"path": "app/caf\u00e9.py"}, ("app/", ""))[0] == ["caf\u00e9.py", "cafe\u0301.py"]


def test_a_look_up_does_not_depend_on_the_number_of_mappings() -> None:
    """It reads as many entries as the path has names."""
    mappings = [pb.CodeMapping(id=n + 1, stack_root=f"/srv/app{n}/", source_root="") for n in range(1000)]
    with spending(Budget()):
        known = Mappings(mappings)
        asked: list[Any] = []
        exact = known._exact
        known._exact = _Counting(exact, asked)  # type: ignore[assignment]
        assert places(lookup.StackFrame(path="/srv/app7/x/y.py"), "python", known)[0][0].path == "x/y.py"
    assert len(asked) <= 3 * 5


class _Counting(dict[Any, Any]):
    def __init__(self, inner: Any, asked: list[Any]) -> None:
        super().__init__(inner)
        self._asked = asked

    def get(self, key: Any, default: Any = None) -> Any:
        self._asked.append(key)
        return super().get(key, default)
