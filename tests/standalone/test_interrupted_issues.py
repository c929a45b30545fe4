from tests.vendors.scenarios.interrupted_issues import *  # noqa: F403
