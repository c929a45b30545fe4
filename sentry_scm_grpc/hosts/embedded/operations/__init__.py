"""The operations of the embedded host, a mixin for each group of RPCs, and what they share."""
