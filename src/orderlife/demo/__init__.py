"""A dozen orders of our own making, and the whole life of each."""
