"""How much is tried: 100 messages for each RPC in every run of the tests, 2,000 with --hypothesis-profile=fuzz."""

from hypothesis import settings

settings.register_profile("fuzz", max_examples=2000)
