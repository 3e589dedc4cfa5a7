"""Adapters that keep all they know in memory: for tests and trials.

A store, an inventory, a little bank, a carrier and a notifier.  They are
real in what matters: they remember every operation id, keep a journal of
what they did, and refuse what the outside world would refuse.
``orderlife.testing`` hands on their names.
"""
