"""The forms in which commands print: JSON for programs, tables and YAML for people."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from sentry_scm_grpc.client.table import print_message, print_table
from sentry_scm_grpc.client.text import harmless_json
from sentry_scm_grpc.command_line import UsageError

FORMS = ("json", "table", "yaml")


def add_output(command: argparse.ArgumentParser, default: str) -> None:
    command.add_argument(
        "-o", "--output", choices=FORMS, default=default, help=f"the form of what is printed; default: {default}"
    )


def check_output(form: str) -> None:
    """Raises UsageError if this form needs a package that is not installed."""
    if form == "yaml" and find_spec("yaml") is None:
        raise UsageError("-o yaml needs PyYAML. Run: pip install 'pyyaml>=6'")


def print_answer(form: str, streams: bool, messages: Iterable[dict[str, Any]]) -> None:
    """Prints what an RPC answers: one message, or each of a stream when it arrives. A table is printed at the end."""
    if form == "table":
        found = list(messages)
        if streams:
            print_table(found)
        else:
            print_message(found[0])
        return
    for message in messages:
        if form == "yaml":
            print(as_yaml(message, document=streams), end="", flush=True)
        else:
            print(harmless_json(json.dumps(message, indent=None if streams else 2, ensure_ascii=False)), flush=True)


def print_rows(form: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Prints the rows of a list."""
    if form == "table":
        print_table(rows)
    elif form == "yaml":
        print(as_yaml(rows), end="")
    else:
        print(harmless_json(json.dumps(rows, indent=2, ensure_ascii=False)))


def as_yaml(value: Any, *, document: bool = False) -> str:
    """A message or rows in YAML. A text of several lines is a block. ``document`` begins with ``---``."""
    import yaml

    class Dumper(yaml.SafeDumper):
        pass

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
        # In double quotes, what drives a terminal can be an escape, and so can Unicode's line separators, which readers
        # turn into blanks.
        style = '"' if harmless_json(value) != value else "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    written: str = yaml.dump(
        value, Dumper=Dumper, sort_keys=False, allow_unicode=True, explicit_start=document, width=120
    )
    return harmless_json(written)
