"""Calls per second of ListRepositories with 50 messages, through every server, side by side.

    python -m benchmarks.transport.run [--rounds 3] [--seconds 4]

In each round, every server is started, warmed up and measured once. benchmarks/requirements.txt pins the versions that
are compared.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path

from benchmarks.serving import JSON, NATIVE, WEB, Asked, Loads, Subject, answer, framed, load, need_tools, serving
from benchmarks.transport.answer import PATH
from sentry_scm_grpc.v1 import scm_pb2 as pb

APPS = "benchmarks.transport.apps"
REQUEST = framed(pb.ListRepositoriesRequest(organization_id=1).SerializeToString())
REQUEST_IN_JSON = b'{"organizationId":"1"}'

WAYS = [
    ("raw", "raw WSGI, ready bytes", WEB),
    ("sonora", "bare sonora", WEB),
    ("signals", "sonora, Django's signals", WEB),
    ("connect", "bare connectrpc", WEB),
    ("wrap", "ours, WSGI wrapper", WEB),
    ("middleware", "ours, Django middleware", WEB),
    ("connect_json", "bare connectrpc, JSON", JSON),
    ("wrap_json", "ours, WSGI wrapper, JSON", JSON),
]
SUBJECTS = [
    *(Subject(server, *way) for server in ("gunicorn", "granian") for way in WAYS),
    Subject("grpcio", "grpcio", "bare grpcio", NATIVE),
    Subject("grpcio", "native", "ours, native", NATIVE),
]
# Goals of the project: ratio of the first to the second.
GOALS = [
    *((f"{server}/wrap", f"{server}/signals", 0.95) for server in ("gunicorn", "granian")),
    *((f"{server}/middleware", f"{server}/sonora", 0.6) for server in ("gunicorn", "granian")),
    ("grpcio/native", "grpcio/grpcio", 0.9),
]


def asked_of(subject: Subject) -> Asked:
    return Asked(PATH, subject.form, REQUEST_IN_JSON if subject.form == JSON else REQUEST)


def verify(subject: Subject, port: int, api_key: str) -> None:
    data = answer(subject, port, asked_of(subject), api_key)
    listed = json.loads(data)["repositories"] if subject.form == JSON else None
    count = len(pb.ListRepositoriesResponse.FromString(data).repositories if listed is None else listed)
    if count != 50:
        raise SystemExit(f"{subject.key} answered with {count} repositories")


def prepare(data: Path) -> tuple[dict[str, str], str]:
    """The environment of the servers, and an API key that they accept."""
    environ = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "sentry_scm_grpc.hosts.embedded.settings",
        "SCM_GRPC_DATA": str(data),
        "SCM_GRPC_RPCS": "*",
        "SCM_GRPC_NATIVE_THREADS": "4",
        "SCM_GRPC_LOG_LEVEL": "WARNING",
    }
    os.environ.update(environ)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from sentry_scm_grpc.hosts.embedded.seed import ensure_demo_organization

    return environ, ensure_demo_organization()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--warm-up", type=float, default=1, help="seconds of load before each measurement")
    parser.add_argument("--only", default="", help="only subjects whose key contains this")
    options = parser.parse_args()
    need_tools()
    subjects = [subject for subject in SUBJECTS if options.only in subject.key]
    loads = Loads()
    with tempfile.TemporaryDirectory(prefix="scm-transport-") as directory:
        files = Path(directory)
        environ, api_key = prepare(files)
        for _ in range(options.rounds):
            for subject in subjects:
                with serving(subject, APPS, environ) as server:
                    verify(subject, server.port, api_key)
                    asked = asked_of(subject)
                    if options.warm_up:
                        load(subject, server, asked, api_key, options.warm_up, files)
                    loads.add(subject.key, load(subject, server, asked, api_key, options.seconds, files))
    report(subjects, loads)


def report(subjects: list[Subject], loads: Loads) -> None:
    print(f"{'server':9} {'way':26} {'calls/s':>8} {'range':>15} {'CPU µs':>7} {'of raw':>8} {'of bare':>8}")
    for subject in subjects:
        base = "grpcio/grpcio" if subject.server == "grpcio" else f"{subject.server}/sonora"
        columns = loads.columns(subject.key, f"{subject.server}/raw", base)
        print(f"{subject.server:9} {subject.title:26} {columns}")
    print("'bare' is bare sonora on the same server, and bare grpcio for the native ones.\n")
    print(json.dumps(loads.goals(GOALS)))


if __name__ == "__main__":
    main()
