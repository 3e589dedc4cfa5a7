"""The checks of every message, from any source."""
