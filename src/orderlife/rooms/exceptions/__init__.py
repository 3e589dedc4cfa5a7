"""Exception items: contradictions that wait for somebody to settle them."""
