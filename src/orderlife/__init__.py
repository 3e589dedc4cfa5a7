"""orderlife: the whole life of an order."""
