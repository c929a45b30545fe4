from tests.vendors.scenarios.vsts import *  # noqa: F403
