"""What a client of the service sees of each vendor, however the vendor is reached.

The tests in these modules run twice: inside a real Sentry, through Sentry's installation (tests/sentry_host/providers),
and on the embedded host with a credential of its own (tests/standalone). Both give the fixtures ``vendor``, for the
vendors one by one, and ``open_site``, for a fake that a test has prepared. A difference between the two is a failure.
The embedded host is asked everything. Of what only the adapters decide, a Sentry is asked a part, which its conftest.py
chooses.
"""
