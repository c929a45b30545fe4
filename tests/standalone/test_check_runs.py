from tests.vendors.scenarios.check_runs import *  # noqa: F403
