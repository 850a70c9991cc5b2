"""When an answer, or silence, needs a person."""
