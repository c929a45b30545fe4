"""Reads of rows: the same rows through a bare statement, hand-written views and every door of this project."""
