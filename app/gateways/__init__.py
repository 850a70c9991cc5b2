"""Ways out: each sends one message and says what became of it."""
