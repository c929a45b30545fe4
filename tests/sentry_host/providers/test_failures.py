from tests.vendors.scenarios.failures import *  # noqa: F403
