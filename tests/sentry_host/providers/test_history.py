from tests.vendors.scenarios.history import *  # noqa: F403
