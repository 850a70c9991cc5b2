"""What this person wants and what is usual for them."""
