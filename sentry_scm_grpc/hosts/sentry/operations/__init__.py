"""The operations of the Sentry host, a mixin for each group of the contract."""
