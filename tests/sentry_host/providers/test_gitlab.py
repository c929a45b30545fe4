from tests.vendors.scenarios.gitlab import *  # noqa: F403
