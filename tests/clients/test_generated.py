"""``sentry-scm-grpc clients`` and scripts/generate_client.sh: what they make is compiled, and calls a running site.

That is so for Python and TypeScript, and for Go, Java, C++ and Ruby with Debian's plugins, compilers and libraries. For
the others protoc really runs, and the plugins that Debian has. The rest are stand-ins: they show that buf takes the
settings and asks the plugin, not what the plugin makes of it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sentry_scm_grpc.clients.generate import LANGUAGES
from tests.clients.conftest import INSTALL, NODE, Served
from tests.scenarios.running import ROOT

# Has grpcio-tools, and not the package, whose names the generated code has.
ELSEWHERE = ROOT / ".venv-oracle/bin/python"
COMMAND = (sys.executable, "-m", "sentry_scm_grpc", "clients", "--language")
# By the name that buf asks for, what Debian calls it.
REAL_PLUGINS = {
    "protoc-gen-go": "protoc-gen-go",
    "protoc-gen-go-grpc": "protoc-gen-go-grpc",
    "protoc-gen-grpc-java": "grpc_java_plugin",
    "grpc_cpp_plugin": "grpc_cpp_plugin",
    "grpc_php_plugin": "grpc_php_plugin",
    "grpc_ruby_plugin": "grpc_ruby_plugin",
}
MADE = {"csharp": "Scm.cs", "go": "scm.pb.go", "kotlin": "ScmServiceGrpc.java", "php": "ScmServiceClient.php"}
# Where the program of the README goes beside gen/, and what compiles and runs it, after the README's own command.
PROGRAMS = {
    "cpp": ("first.cpp", "./first"),
    "go-grpc": (
        "src/example.com/yours/main.go",
        "cp -R gen src/example.com/yours && GO111MODULE=off GOPATH=$PWD:/usr/share/gocode go run example.com/yours",
    ),
    "java": (
        "First.java",
        "javac -J-XX:TieredStopAtLevel=1 -d out -cp $JARS -sourcepath gen First.java && java -cp out:$JARS First",
    ),
    "ruby": ("first.rb", ""),
}
JARS = (
    *("grpc-api", "grpc-context", "grpc-core", "grpc-netty", "grpc-protobuf", "grpc-protobuf-lite", "grpc-stub"),
    *("netty-buffer", "netty-codec", "netty-codec-http", "netty-codec-http2", "netty-common", "netty-handler"),
    *("netty-resolver", "netty-transport", "geronimo-annotation-1.3-spec", "guava", "perfmark-api", "protobuf"),
)


# A g++ that compiles its sources as one unit, in less than half the time: gRPC's headers, which each includes, are read
# once. protoc gives two variables the same name in every file.
AT_ONCE = f"""#!{sys.executable}
import os, sys
sources = [word for word in sys.argv[1:] if word.endswith((".cc", ".cpp"))]
with open("at-once.cpp", "w") as unit:
    for number, source in enumerate(sources):
        for name in ("schemas", "file_default_instances"):
            print(f"#undef {{name}}\\n#define {{name}} {{name}}_{{number}}", file=unit)
        print(f'#include "{{os.path.abspath(source)}}"', file=unit)
others = [word for word in sys.argv[1:] if word not in sources]
os.execv("{shutil.which("g++")}", ["{shutil.which("g++")}", "at-once.cpp", *others])
"""


def generate(language: str, out: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, language, "--out", str(out)]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True)


def first_call(out: Path, language: str, url: str, served: Served) -> str:
    """The example of the README, for this site."""
    code: str
    (code,) = re.findall(rf"```{language}\n(.*?)```", (out / "README.md").read_text(), re.DOTALL)
    for place in ("127.0.0.1:50051", "http://127.0.0.1:8800"):
        code = code.replace(place, url)
    return code.replace("scm_...", served.site.api_key)


@pytest.mark.parametrize("by", ["the command", "the script"])
def test_a_python_client_calls(served: Served, tmp_path: Path, by: str) -> None:
    out = tmp_path / "client"
    if by == "the command":
        done = generate("python", out, PYTHON=str(ELSEWHERE))
        assert done.returncode == 0, done.stderr
    else:
        script = [str(ROOT / "scripts/generate_client.sh"), "python", str(out)]
        subprocess.run(script, env={**os.environ, "PYTHON": str(ELSEWHERE)}, check=True)
    code = first_call(out, "python", f"127.0.0.1:{served.ports['native']}", served)
    code += "\nprint(*[repository.name for repository in answer.repositories])"
    ran = subprocess.run(
        [ELSEWHERE, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(out / "gen")},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert ran.stdout == "greeter\n"


def test_a_typescript_client_calls(served: Served, tmp_path: Path) -> None:
    done = generate("typescript", tmp_path, npm_config_prefer_offline="true")
    assert done.returncode == 0, done.stderr
    code = first_call(tmp_path, "js", served.url("gunicorn"), served)
    (tmp_path / "first.mjs").write_text(code + "\nconsole.log(repositories.map(({ name }) => name).join());")
    ran = subprocess.run(["node", "first.mjs"], cwd=tmp_path, stdout=subprocess.PIPE, text=True, check=True)
    assert ran.stdout == "greeter\n"


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """buf, the plugins of Debian, and stand-ins for the others: they take the request and generate nothing."""
    tools = tmp_path_factory.mktemp("tools")
    (tools / "buf").symlink_to(NODE / "node_modules/.bin/buf")
    (tools / "g++").write_text(AT_ONCE)
    (tools / "g++").chmod(0o755)
    templates = ROOT / "sentry_scm_grpc/clients/templates"
    plugins = {
        name for path in templates.glob("*/buf.gen.yaml") for name in re.findall(r"local: (\w\S+)", path.read_text())
    }
    for name in plugins:
        if name in REAL_PLUGINS:
            found = shutil.which(REAL_PLUGINS[name])
            assert found, f"{REAL_PLUGINS[name]} is not installed. {INSTALL}"
            (tools / name).symlink_to(found)
        else:
            (tools / name).write_text('#!/bin/sh\ncat > "$STAND_INS/$(basename "$0")"\n')
            (tools / name).chmod(0o755)
    return tools


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - PROGRAMS.keys() - {"python", "typescript"}))
def test_the_settings_of_other_languages_are_good(tools: Path, tmp_path: Path, language: str) -> None:
    asked = tmp_path / "asked"
    asked.mkdir()
    done = generate(language, tmp_path / "out", PATH=f"{tools}:{os.environ['PATH']}", STAND_INS=str(asked))
    assert done.returncode == 0, done.stderr
    wanted = set(re.findall(r"local: (\S+)", (tmp_path / "out/buf.gen.yaml").read_text()))
    assert {path.name for path in asked.iterdir()} == wanted - REAL_PLUGINS.keys()
    assert all(b"sentry_scm_grpc/v1/scm.proto" in path.read_bytes() for path in asked.iterdir())
    if language in MADE:
        assert list((tmp_path / "out/gen").rglob(MADE[language]))


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_program_of_another_language_calls(served: Served, tools: Path, tmp_path: Path, language: str) -> None:
    path = f"{tools}:{os.environ['PATH']}"
    done = generate(language, tmp_path, PATH=path)
    assert done.returncode == 0, done.stderr
    name, command = PROGRAMS[language]
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    code = first_call(tmp_path, language.removesuffix("-grpc"), f"127.0.0.1:{served.ports['native']}", served)
    (tmp_path / name).write_text(code)
    readme = (tmp_path / "README.md").read_text()
    own = "".join(re.findall(r"```sh\n((?:g\+\+|ruby) .*?)```", readme, re.DOTALL))
    jars = ":".join(f"/usr/share/java/{name}.jar" for name in JARS)
    ran = subprocess.run(
        ["bash", "-ec", own + command],
        cwd=tmp_path,
        env={**os.environ, "JARS": jars, "PATH": path},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert ran.stdout == "greeter\n"


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    done = generate("rust", tmp_path / "out", PATH="/usr/bin:/bin")
    assert done.returncode == 1
    assert "Not generated: protoc-gen-prost protoc-gen-tonic must be on the PATH" in done.stderr


def test_other_files_are_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    done = generate("go", tmp_path)
    assert done.returncode == 2
    assert "holds other files" in done.stderr
    assert (tmp_path / "README.md").read_text() == "mine"


def test_nor_is_the_client_of_another_language(tmp_path: Path) -> None:
    out = tmp_path / "out"
    generate("rust", out, PATH="/usr/bin:/bin")
    done = generate("swift", out, PATH="/usr/bin:/bin")
    assert done.returncode == 2
    assert "another" in done.stderr
    assert "swift" not in (out / "buf.gen.yaml").read_text()
