"""Writes `docs/reference/` from the code. Not part of the wheel."""
