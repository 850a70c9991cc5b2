"""Who may see and act, and where."""
