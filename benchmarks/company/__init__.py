"""Reads of rows beside calls that wait for a vendor."""
