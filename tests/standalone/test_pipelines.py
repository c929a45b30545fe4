from tests.vendors.scenarios.pipelines import *  # noqa: F403
