from tests.vendors.scenarios.user_permissions import *  # noqa: F403
