"""All SQL for texts out and in."""
