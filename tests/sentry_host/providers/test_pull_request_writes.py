from tests.vendors.scenarios.pull_request_writes import *  # noqa: F403
