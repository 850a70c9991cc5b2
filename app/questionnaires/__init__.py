"""What is asked and what was answered: definitions, the engine that asks, reading of replies, scores."""
