from tests.vendors.scenarios.account import *  # noqa: F403
