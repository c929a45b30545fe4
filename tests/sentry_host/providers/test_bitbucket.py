from tests.vendors.scenarios.bitbucket import *  # noqa: F403
