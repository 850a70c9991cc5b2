"""Reads what clinicians write, and refuses what is wrong."""
