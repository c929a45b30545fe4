from tests.vendors.scenarios.commits import *  # noqa: F403
