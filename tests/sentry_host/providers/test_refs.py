from tests.vendors.scenarios.refs import *  # noqa: F403
