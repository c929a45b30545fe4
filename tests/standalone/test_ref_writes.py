from tests.vendors.scenarios.ref_writes import *  # noqa: F403
