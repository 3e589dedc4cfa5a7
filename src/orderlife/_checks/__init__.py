"""What is checked of every message, whoever sends it."""
