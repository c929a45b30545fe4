from tests.vendors.scenarios.pull_requests import *  # noqa: F403
