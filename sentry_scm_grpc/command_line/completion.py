"""Completion in bash, zsh and fish: the shell asks the command itself which words may come next."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any

#: The hidden command that the shells call.
HIDDEN = "__complete"

SCRIPTS = {
    "bash": """\
# Put this into ~/.bashrc:  source <(PROG completion bash)
_FUNC() {
  mapfile -t COMPREPLY < <(PROG __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | sed '/^$/d')
}
complete -o default -F _FUNC PROG""",
    "zsh": """\
# Put this into ~/.zshrc, after compinit:  source <(PROG completion zsh)
_FUNC() {
  local -a found
  found=("${(@f)$(PROG __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if (( ${#found[1]} )); then compadd -- "${found[@]}"; else _files; fi
}
compdef _FUNC PROG""",
    "fish": """\
# Put this into ~/.config/fish/completions/PROG.fish:  PROG completion fish
function _FUNC
  set -l found (PROG __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)
  if test -n "$found[1]"
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c PROG -f -a '(_FUNC)'""",
}


def script(shell: str, prog: str) -> str:
    return SCRIPTS[shell].replace("PROG", prog).replace("FUNC", prog.replace("-", "_"))


class Suggest(argparse.Action):
    """An argument for which a shell offers the values that ``suggestions`` returns. Other values are accepted too."""

    def __init__(self, *args: Any, suggestions: Callable[[], Sequence[str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.suggestions = suggestions

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        setattr(namespace, self.dest, values)


def candidates(parser: argparse.ArgumentParser, words: Sequence[str]) -> list[str]:
    """The values that may replace the last word. Empty where any value may, such as a path."""
    # bash cuts --output=json into three words.
    *before, last = [word for word in words[:-1] if word != "="] + [words[-1].removeprefix("=")] if words else [""]
    option: argparse.Action | None = None
    position = 0
    for word in before:
        if option is not None:
            option = None
            continue
        if word.startswith("-"):
            found = parser._option_string_actions.get(word)
            option = found if found is not None and found.nargs != 0 else None
            continue
        action = _positional(parser, position)
        if isinstance(action, argparse._SubParsersAction) and word in action.choices:
            parser, position = action.choices[word], 0
        else:
            position += 1
    flag, assigned, _ = last.partition("=")
    if option is not None:
        offered = _values(option)
    elif assigned and flag in parser._option_string_actions:
        offered = [f"{flag}={value}" for value in _values(parser._option_string_actions[flag])]
    elif last.startswith("-"):
        offered = [flag for flag in parser._option_string_actions if flag.startswith("--")]
    else:
        offered = _values(_positional(parser, position))
    return sorted(value for value in offered if value.lower().startswith(last.lower()))


def _positional(parser: argparse.ArgumentParser, position: int) -> argparse.Action | None:
    actions = [action for action in parser._actions if not action.option_strings]
    return actions[position] if position < len(actions) else None


def _values(action: argparse.Action | None) -> list[str]:
    if action is None:
        return []
    if isinstance(action, Suggest):
        return list(action.suggestions())
    return [str(choice) for choice in action.choices or ()]
