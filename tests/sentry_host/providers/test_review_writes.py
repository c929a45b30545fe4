from tests.vendors.scenarios.review_writes import *  # noqa: F403
