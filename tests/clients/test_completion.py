"""The completion scripts in bash, zsh and fish: what each shell offers when a user presses Tab in a terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.scenarios.running import ROOT

COMMANDS = {"sentry-scm-grpc": "sentry_scm_grpc", "scm": "sentry_scm_grpc.client.command"}

#: What is typed after the command, and what is offered. The working directory has a directory, "rocket".
OFFERED = [
    ("call GetCom", ["GetCommit", "GetCommitContext"]),
    ("call GetCommit -o ", ["json", "table", "yaml"]),
    ("call GetCommit --output=y", ["--output=yaml"]),
    ("call --ur", ["--url"]),
    ("descr", ["describe"]),
    # Where any value may follow, shells offer files.
    ("call GetCommit roc", ["rocket/"]),
]

# Ctrl-T prints the line that was typed, and clears it. No other output is like it.
STARTS = {
    "bash": (
        ["bash", "--norc", "--noprofile", "-i"],
        """PS1=; bind 'set enable-bracketed-paste off'; source <(PROG completion bash); \
bind -x '"\\C-t": echo "<""<$READLINE_LINE>>"; READLINE_LINE= READLINE_POINT=0'; echo READ""Y""",
    ),
    "zsh": (
        ["zsh", "-f", "-i"],
        """PS1=; unsetopt zle_bracketed_paste auto_menu; autoload -Uz compinit; compinit -u -d $HOME/dump; \
source <(PROG completion zsh)
show() { zle -I; print -r -- "<""<$BUFFER>>"; BUFFER= }; zle -N show; bindkey '^T' show; \
print READ""Y""",
    ),
}
TAB, CTRL_T = "\t", "\x14"
#: For a shell on a busy machine.
SECONDS = 180


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home directory with the commands in bin, as an installation would have them."""
    home = tmp_path_factory.mktemp("home")
    (home / "bin").mkdir()
    (home / "here/rocket").mkdir(parents=True)
    for name, module in COMMANDS.items():
        command = home / "bin" / name
        command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m {module} "$@"\n')
        command.chmod(0o755)
    return home


def environment(home: Path) -> dict[str, str]:
    return {"PATH": f"{home / 'bin'}:{os.environ['PATH']}", "HOME": str(home), "LANG": "C.UTF-8", "TERM": "dumb"}


def need(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.fail(f"{shell} is not installed. Run scripts/install-client-test-tools.")


@pytest.mark.parametrize("prog", COMMANDS)
@pytest.mark.parametrize("shell", STARTS)
def test_tab_completes_and_lists(home: Path, shell: str, prog: str) -> None:
    need(shell)
    with typing_into(shell, prog, home) as press_tab:
        for line, offered in OFFERED:
            # A shell lists what it offers after it has completed what all of them begin with.
            listed, written = press_tab(1 if len(offered) == 1 else 3, f"{prog} {line}")
            before = f"{prog} {line}".removesuffix(line.split(" ")[-1])
            if len(offered) == 1:
                assert written.rstrip() == before + offered[0]
            else:
                assert written == before + ("GetCommit" if "GetCommit" in offered else "")
                assert offered in [found.split() for found in listed]


@pytest.mark.parametrize("prog", COMMANDS)
def test_fish_offers_the_same(home: Path, prog: str) -> None:
    need("fish")
    ask = "".join(f'; complete -C "{prog} {line}"; echo =====' for line, _ in OFFERED)
    done = subprocess.run(
        ["fish", "-c", f"{prog} completion fish | source{ask}"],
        env=environment(home),
        cwd=home / "here",
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert (done.returncode, done.stderr) == (0, "")
    # A tab and a description may follow.
    told = [[line.partition("\t")[0] for line in part.splitlines()] for part in done.stdout.split("=====\n")[:-1]]
    assert told == [offered for _, offered in OFFERED]


@contextmanager
def typing_into(shell: str, prog: str, home: Path) -> Iterator[Callable[[int, str], tuple[list[str], str]]]:
    """An interactive shell. Given how often to press Tab after a line, it tells the lines that the shell prints below
    what was typed, and what is then in the line."""
    command, start = STARTS[shell]
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(home / "here")
        os.execvpe(command[0], command, environment(home))

    def press_tab(times: int, line: str) -> tuple[list[str], str]:
        os.write(terminal, f"{line}{times * TAB}{CTRL_T}".encode())
        told = _read(terminal, r"<<.*>>")
        shown = re.sub(r"\x1b\[[0-9?;]*[A-Za-z]|\a", "", told)
        written = re.search(r"<<(.*)>>", shown)
        assert written, told
        return re.split(r"[\r\n]+", shown), written[1]

    try:
        os.write(terminal, start.replace("PROG", prog).encode() + b"\n")
        _read(terminal, r"READY\s")
        yield press_tab
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
        os.close(terminal)


def _read(terminal: int, pattern: str) -> str:
    """What the terminal shows until the pattern is there."""
    told, until = b"", time.monotonic() + SECONDS
    while not re.search(pattern, told.decode(errors="replace")):
        assert select.select([terminal], [], [], max(0, until - time.monotonic()))[0], told.decode(errors="replace")
        told += os.read(terminal, 65536)
    return told.decode(errors="replace")
