"""The capabilities of an order, each a room of its own."""
