from tests.vendors.scenarios.github import *  # noqa: F403
