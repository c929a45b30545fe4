from tests.vendors.scenarios.derived_blame import *  # noqa: F403
