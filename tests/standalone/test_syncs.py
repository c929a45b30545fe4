from tests.vendors.scenarios.syncs import *  # noqa: F403
