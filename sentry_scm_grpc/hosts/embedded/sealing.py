"""Encrypts credentials of vendors, for the database and the cache: https://cryptography.io/en/latest/fernet/

The keys come from SCM_GRPC_CREDENTIAL_KEYS, separated by commas, or from the file ``credential-keys`` of the data
directory, one a line, which is made with the first credential and which nobody else may read. The first key encrypts;
all decrypt.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import ImproperlyConfigured

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.rpc.limits import spare

VARIABLE = "SCM_GRPC_CREDENTIAL_KEYS"


def seal(plain: str) -> str:
    """Makes the file of keys if there are none. Raises ImproperlyConfigured."""
    keys = _keys() or _make_keys()
    sealed: bytes = _box(keys).encrypt(plain.encode())
    return sealed.decode()


def unseal(sealed: str) -> str:
    """Raises FailedPrecondition (CREDENTIAL_UNREADABLE) if no key fits."""
    from cryptography.fernet import InvalidToken

    try:
        plain: bytes = _box(_keys()).decrypt(sealed.encode())
    except (InvalidToken, ValueError):
        raise FailedPrecondition(
            "This site cannot decrypt the integration's credential: its keys have changed. The operator restores them,"
            " or gives the credential anew with 'integrations rotate'.",
            reason="CREDENTIAL_UNREADABLE",
        ) from None
    return plain.decode()


def keys_file() -> Path:
    data: Path = settings.DATA
    return data / "credential-keys"


def add_key() -> None:
    """Puts a new key before the others. Keys of the environment stay as they are."""
    if VARIABLE not in os.environ:
        _write([_new_key(), *_keys()])


def drop_old_keys() -> None:
    """Keeps the first key alone. Keys of the environment stay as they are."""
    if VARIABLE not in os.environ:
        _write(list(_keys()[:1]))


class SealedTokens:
    """Short-lived tokens of an integration, encrypted in the cache that the site's processes share.

    ``version`` changes with the credential, so that its tokens end with it.
    """

    def __init__(self, integration_id: int, version: str) -> None:
        self._start = f"sentry_scm_grpc:token:{integration_id}:{version}:"

    def get(self, name: str) -> str | None:
        sealed: str | None = spare(lambda: caches[conf().CACHE].get(self._start + name), None)
        try:
            return unseal(sealed) if sealed else None
        except FailedPrecondition:  # Of a key that is gone.
            return None

    def put(self, name: str, token: str, seconds: float) -> None:
        sealed = seal(token)
        spare(lambda: caches[conf().CACHE].set(self._start + name, sealed, seconds), None)

    def forget(self, name: str) -> None:
        spare(lambda: caches[conf().CACHE].delete(self._start + name), None)


def _keys() -> tuple[str, ...]:
    given = os.environ.get(VARIABLE)
    if given is not None:
        found = tuple(part.strip() for part in given.split(",") if part.strip())
        if not found:
            raise ImproperlyConfigured(f"{VARIABLE} is empty. Give it keys, or unset it to use those of {keys_file()}.")
        return found
    file = keys_file()
    try:
        state = file.stat()
    except FileNotFoundError:
        return ()
    if state.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ImproperlyConfigured(f"Others may read {file}. Run: chmod 600 {file}")
    return _lines_of(file, (state.st_ino, state.st_mtime_ns, state.st_size))


@lru_cache(maxsize=2)
def _lines_of(file: Path, state: tuple[int, int, int]) -> tuple[str, ...]:
    """``state`` tells one content of the file from the next."""
    return tuple(file.read_text().split())


@lru_cache(maxsize=4)
def _box(keys: Sequence[str]) -> Any:
    fernet = _fernet()
    if not keys:
        raise ValueError("no keys")
    try:
        return fernet.MultiFernet([fernet.Fernet(key) for key in keys])
    except ValueError:  # Its text may show a key.
        where = VARIABLE if VARIABLE in os.environ else str(keys_file())
        raise ImproperlyConfigured(
            f"{where} contains an invalid key. Make one with: python -c"
            " 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
        ) from None


def _fernet() -> Any:
    try:
        from cryptography import fernet
    except ModuleNotFoundError:
        raise FailedPrecondition(
            "cryptography is not installed. The operator installs the extra 'vendors' (docs/how-to/standalone.md).",
            reason="EXTRA_MISSING",
        ) from None
    return fernet


def _new_key() -> str:
    made: bytes = _fernet().Fernet.generate_key()
    return made.decode()


def _make_keys() -> tuple[str, ...]:
    """The keys of whichever process comes first."""
    file = keys_file()
    made = _temporary([_new_key()])
    try:
        # Unlike a rename, a link does not replace the keys of a process that was quicker.
        os.link(made, file)
    except FileExistsError:
        pass
    finally:
        made.unlink(missing_ok=True)
    return _keys()


def _write(keys: list[str]) -> None:
    _temporary(keys).replace(keys_file())


def _temporary(keys: list[str]) -> Path:
    file = keys_file()
    made = file.with_name(f"{file.name}.{os.getpid()}")
    made.unlink(missing_ok=True)
    with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write("".join(f"{key}\n" for key in keys))
    return made
