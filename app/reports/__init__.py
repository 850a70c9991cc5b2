"""Read-only questions across capabilities."""
