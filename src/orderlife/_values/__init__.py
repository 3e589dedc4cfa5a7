"""Values, and the checks of values: money, times, people, names."""
