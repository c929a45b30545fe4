import pytest

from tests.vendors.scenarios.odd_answers_of_vsts import *  # noqa: F403

# Thousands of calls each, whose answers are read by the same code whatever the way to the vendor.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]
