"""The edges of the service, tested over the same few databases."""

from tests.fixtures_of_flows import sqlite_place, sqlite_url

__all__ = ["sqlite_place", "sqlite_url"]
