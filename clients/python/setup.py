"""Makes the package sentry_scm_client from the client's modules in sentry_scm_grpc, then builds it.

The app has the same client as sentry_scm_grpc.client. A package of another name shares no file with it, so the two
distributions can be installed side by side. An sdist holds the package ready made.
"""

from __future__ import annotations

import shutil
from configparser import ConfigParser
from pathlib import Path

from setuptools import setup

HERE = Path(__file__).resolve().parent
APP = HERE.parents[1] / "sentry_scm_grpc"
PACKAGE = HERE / "src/sentry_scm_client"

#: What the client is made of: directories of the app, and where their files go.
FILES = {
    "client/*.py": "",
    "client/*.pyi": "",
    "command_line/*.py": "command_line",
    "contract/*.py": "contract",
    "contract/*.json": "contract",
    "contract/*.binpb": "contract",
    "rpc/__init__.py": "rpc",
    "rpc/json_values.py": "rpc",
    "rpc/policy.py": "rpc",
    "rpc/signature.py": "rpc",
    "v1/*_pb2.py": "v1",
    "v1/options_pb2.pyi": "v1",
}
V1 = '''"""The messages of the contract.

A process can have one definition of each message. If the app is installed too, its definitions are used.
"""

import sys
from importlib import import_module
from importlib.util import find_spec

_HERE = __name__
if find_spec("sentry_scm_grpc") is not None:
    for _name in {names}:
        # An older app lacks services that this client knows.
        if find_spec(f"sentry_scm_grpc.v1.{_name}") is not None:
            sys.modules[f"{_HERE}.{_name}"] = globals()[_name] = import_module(f"sentry_scm_grpc.v1.{_name}")
'''


def make() -> None:
    """Copies the modules, with their imports renamed."""
    version = ConfigParser()
    version.read(HERE / "setup.cfg")
    shutil.rmtree(PACKAGE, ignore_errors=True)
    for pattern, where in FILES.items():
        for source in sorted(APP.glob(pattern)):
            target = PACKAGE / where / source.name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.suffix in (".py", ".pyi"):
                target.write_text(renamed(source.read_text()))
            else:
                shutil.copyfile(source, target)
    names = sorted(path.stem for path in (PACKAGE / "v1").glob("*_pb2.py"))
    (PACKAGE / "v1/__init__.py").write_text(V1.replace("{names}", repr(names)))
    shutil.copyfile(HERE / "scm_pb2.pyi", PACKAGE / "v1/scm_pb2.pyi")
    for name in names:
        if name not in ("options_pb2", "scm_pb2"):
            # scm_pb2.pyi has the messages of all services.
            (PACKAGE / f"v1/{name}.pyi").write_text("from sentry_scm_client.v1.scm_pb2 import *\n")
    (PACKAGE / "py.typed").touch()
    head = PACKAGE / "__init__.py"
    number = version["metadata"]["version"]
    head.write_text(f'{head.read_text()}\n__version__ = "{number}"\n')


def renamed(text: str) -> str:
    text = text.replace("sentry_scm_grpc.client", "sentry_scm_client").replace("sentry_scm_grpc.", "sentry_scm_client.")
    return text.replace("from sentry_scm_grpc import", "from sentry_scm_client import")


if APP.is_dir():
    make()
setup()
