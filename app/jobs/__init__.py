"""The worker: a handful of interval ticks."""
