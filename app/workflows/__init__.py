"""Flows: one function a file, each owning its transaction. Read these first."""
