from tests.vendors.scenarios.commit_statuses import *  # noqa: F403
