from tests.vendors.scenarios.pull_request_reviews import *  # noqa: F403
