"""What keeps the service itself honest: progress of each stage, and switches that a person turned."""
