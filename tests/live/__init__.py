"""The scenarios of the matrix against a real vendor, by whoever has an account there: see docs/how-to/live.md.

``run`` asks the vendor's fake first, then the vendor, with the same requests. ``report`` compares the answers. What
reaches a report is only what ``shapes`` keeps of an answer: keys and types, never values.
"""
