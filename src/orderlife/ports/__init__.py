"""The ports: what orderlife asks of the outside world, and how.

Each port is a ``Protocol`` with an async twin.  Every method takes one
positional argument, the intent (a frozen value), and gives one answer
out of a closed union of outcomes.  An adapter never raises for what
the union can say; what it raises nevertheless counts as ``Unknown``.
"""
