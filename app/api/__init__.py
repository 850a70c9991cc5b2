"""The JSON API for integrations."""
