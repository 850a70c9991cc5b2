"""When a person is asked, and where the dialogue with them stands."""
