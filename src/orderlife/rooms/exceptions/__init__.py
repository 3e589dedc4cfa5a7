"""Exception items: contradictions that wait for a person."""
