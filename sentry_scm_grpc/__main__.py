"""The command ``sentry-scm-grpc``, also as ``python -m sentry_scm_grpc``. hosts/embedded/cli.py has its parts."""

from __future__ import annotations

import signal
from typing import NoReturn


def main() -> NoReturn:
    # Python may lose a KeyboardInterrupt during an import. So Ctrl-C ends the process at once while these last.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from sentry_scm_grpc.hosts.embedded import cli

    signal.signal(signal.SIGINT, signal.default_int_handler)
    cli.main()


if __name__ == "__main__":
    main()
