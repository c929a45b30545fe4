"""Files an issue in an integration's tracker and links a Sentry issue (a group) to it; once, however often it runs.

usage: python file_issue.py GROUP_ID TITLE [--organization ID] [--integration ID] [--destination ID]

The description is read from standard input. The site is in SCM_GRPC_URL (default: http://127.0.0.1:8800), the API key
in SCM_GRPC_API_KEY.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys

from sentry_scm_client import ScmClient, ScmError, errors


def main() -> None:
    parser = argparse.ArgumentParser(description="Files an issue and links a group to it.")
    parser.add_argument("group", type=int, help="id of the Sentry issue")
    parser.add_argument("title")
    parser.add_argument("--organization", type=int, default=1, metavar="ID", help="default: 1")
    parser.add_argument("--integration", type=int, default=1, metavar="ID", help="default: 1")
    parser.add_argument("--destination", default="", metavar="ID", help="where to file it; default: the first there is")
    args = parser.parse_args()

    with ScmClient(
        os.environ.get("SCM_GRPC_URL", "http://127.0.0.1:8800"), api_key=os.environ.get("SCM_GRPC_API_KEY")
    ) as scm:
        place = {"organization_id": args.organization, "integration_id": args.integration}
        if not args.destination:
            first = next(scm.iter_issue_destinations(**place), None)
            args.destination = first.id if first else ""
        issue = scm.create_external_issue(
            **place,
            destination=args.destination,
            title=args.title,
            description=sys.stdin.read(),
            # Within a day, the same id files no second issue.
            request_id=f"file-issue-{args.group}",
        )
        with contextlib.suppress(errors.AlreadyExists):
            scm.link_external_issue(group_id=args.group, external_issue_id=issue.id)
        linked = [found.key for found in scm.iter_external_issues(group_id=args.group)]
    print(f"{issue.key} {issue.title} {issue.web_url}".rstrip())
    print(f"Group {args.group} is linked to {', '.join(linked)}.")


if __name__ == "__main__":
    try:
        main()
    except ScmError as error:
        sys.exit(str(error))
