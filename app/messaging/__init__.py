"""Texts out and in: keywords, segments, rendering, the outbox and the inbox."""
