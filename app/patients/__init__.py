"""Who may be asked, how they are reached, and who may speak for them."""
