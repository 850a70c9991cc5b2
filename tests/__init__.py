"""Everything that tests the service, and what the tests are made of."""
