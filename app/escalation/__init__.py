"""Which nurse is told, and who next."""
