"""All SQL for programs, plans and check-ins."""
