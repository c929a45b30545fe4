"""Django settings of the embedded host, read from the environment; the command ``sentry-scm-grpc`` sets it.

SCM_GRPC_DATA           the directory of the database and the secret key; default: .scm-grpc
SCM_GRPC_DATABASE_URL   such as postgres://user:password@host/name; default: SQLite in that directory
SCM_GRPC_CACHE_URL      such as rediscache://host:6379/0 or pymemcache://host:11211; default: in the database
SCM_GRPC_SECRET_KEY     signs page tokens; default: made once, kept in that directory
SCM_GRPC_CREDENTIAL_KEYS  encrypt the credentials of vendors; default: made once, kept in that directory
SCM_GRPC_VENDOR_CA_BUNDLE  certificate authorities of vendors (PEM); default: those of the package certifi
SCM_GRPC_ADMIN          1 turns on Django's admin at /admin/
SCM_GRPC_ADMIN_ORIGIN   where people reach it through a proxy, such as https://scm.example.com
SCM_GRPC_<SETTING>      every key of docs/reference/settings.md
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import django
import environ
from django.core.exceptions import ImproperlyConfigured

from sentry_scm_grpc.conf.environment import read_bool

env = environ.Env()


def _is_on(name: str) -> bool:
    text = env.str(name, default="false")
    try:
        return read_bool(text)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {text!r}; it must be true or false.") from None


def _from_url(name: str, example: str) -> dict[str, Any]:
    """What a URL says. It may hold a password, so no message shows it."""
    read = env.db_url if name == "SCM_GRPC_DATABASE_URL" else env.cache_url
    try:
        found: dict[str, Any] = read(name)
        if "." not in found.get("ENGINE", found.get("BACKEND", "")):
            # It is a scheme that the library does not know.
            raise ValueError
    except Exception:  # whatever the library trips over
        raise ImproperlyConfigured(f"{name} cannot be read; it must be such as {example}.") from None
    return found


if not (_data := env.str("SCM_GRPC_DATA", default=".scm-grpc")):
    raise ImproperlyConfigured("SCM_GRPC_DATA is empty; name a directory, or unset it.")
DATA = Path(_data).absolute()


def _secret_key() -> str:
    """The key in the data directory, made by whichever process comes first."""
    path = DATA / "secret-key"
    if not path.exists():
        DATA.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = DATA / f"secret-key.{os.getpid()}"
        try:
            made.touch(mode=0o600)
            made.write_text(secrets.token_urlsafe(50))
            # Unlike a rename, a link does not replace the key of a process that was quicker.
            os.link(made, path)
        except FileExistsError:
            pass
        finally:
            made.unlink(missing_ok=True)
    return path.read_text()


try:
    SECRET_KEY = env.str("SCM_GRPC_SECRET_KEY", default="") or _secret_key()
except OSError as error:
    raise ImproperlyConfigured(f"The data directory {DATA} cannot be used: {error.strerror}.") from None
DATABASES: dict[str, Any] = {
    "default": _from_url("SCM_GRPC_DATABASE_URL", "postgres://user:password@host/name")
    if env.str("SCM_GRPC_DATABASE_URL", default="")
    else {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(DATA / "db.sqlite3"),
        # Writers wait for each other instead of failing at once.
        "OPTIONS": {"timeout": 20},
    }
}
DATABASES["default"]["CONN_MAX_AGE"] = 60
if "postgresql" in DATABASES["default"]["ENGINE"]:
    # A server that is cut off is noticed within seconds, not when TCP gives up; what the url says goes first.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
        **DATABASES["default"].get("OPTIONS", {}),
    }
if "sqlite3" in DATABASES["default"]["ENGINE"] and django.VERSION >= (5, 1):
    # A transaction that begins with a read is refused, not made to wait, when another writes before it does.
    DATABASES["default"].setdefault("OPTIONS", {})["transaction_mode"] = "IMMEDIATE"

INSTALLED_APPS = ["sentry_scm_grpc", "sentry_scm_grpc.hosts.embedded"]
MIDDLEWARE = ["sentry_scm_grpc.middleware.GrpcWebMiddleware"]
ROOT_URLCONF = "sentry_scm_grpc.hosts.embedded.urls"
if _is_on("SCM_GRPC_ADMIN"):
    INSTALLED_APPS += [f"django.contrib.{name}" for name in ("admin", "auth", "contenttypes", "messages", "sessions")]
    MIDDLEWARE += [
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ]
    _PROCESSORS = [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]
    TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": _PROCESSORS},
        }
    ]
    AUTH_PASSWORD_VALIDATORS = [
        {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
        {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    ]
    STATIC_URL = "/static/"
    if _origin := env.str("SCM_GRPC_ADMIN_ORIGIN", default=""):
        # The proxy ends TLS, so Django cannot see by itself that the page is of this origin.
        CSRF_TRUSTED_ORIGINS = [_origin]
        SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _origin.startswith("https://")
ALLOWED_HOSTS = env.list("SCM_GRPC_ALLOWED_HOSTS", default=["*"])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
# A cache that hangs holds no thread for longer than a second.
_TIMEOUTS = {
    "django.core.cache.backends.memcached.PyMemcacheCache": {"timeout": 1, "connect_timeout": 1},
    "django.core.cache.backends.redis.RedisCache": {"socket_timeout": 1, "socket_connect_timeout": 1},
}


def _cache() -> dict[str, Any]:
    if env.str("SCM_GRPC_CACHE_URL", default=""):
        given = _from_url("SCM_GRPC_CACHE_URL", "rediscache://host:6379/0")
        given["OPTIONS"] = {**_TIMEOUTS.get(given["BACKEND"], {}), **given.get("OPTIONS", {})}
        return given
    # In the database, because nonces need a cache that the server's processes share and whose add() is atomic.
    return {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "scm_embedded_cache",
        # With Django's 300, what has to last would be dropped for what comes.
        "OPTIONS": {"MAX_ENTRIES": 500_000},
    }


CACHES: dict[str, Any] = {"default": _cache()}
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOG_LEVEL = env.str("SCM_GRPC_LOG_LEVEL", default="INFO").upper()
if LOG_LEVEL not in _LEVELS:
    raise ImproperlyConfigured(f"SCM_GRPC_LOG_LEVEL is {LOG_LEVEL!r}; it must be one of {', '.join(_LEVELS)}.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"sentry_scm_grpc": {"handlers": ["stderr"], "level": LOG_LEVEL}},
}

SCM_GRPC: dict[str, object] = {}
if "SCM_GRPC_AUTHENTICATORS" not in os.environ:
    SCM_GRPC["AUTHENTICATORS"] = ["api_key"]
# The adapter of git keeps commit graphs here.
GIT_GRAPHS = DATA / "commit-graphs"
# The command line keeps here which directories it was told to serve from. A running server reads it again when it
# changes. None where the environment names them.
GIT_ROOTS_FILE = None if "SCM_GRPC_GIT_ROOTS" in os.environ else DATA / "git-roots"
VENDOR_CA_BUNDLE = env.str("SCM_GRPC_VENDOR_CA_BUNDLE", default="")
if VENDOR_CA_BUNDLE and not Path(VENDOR_CA_BUNDLE).is_file():
    raise ImproperlyConfigured(f"SCM_GRPC_VENDOR_CA_BUNDLE is {VENDOR_CA_BUNDLE!r}, which is not a file.")
