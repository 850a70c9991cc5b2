"""All SQL for alerts, asking again, snoozes and overrides."""
