"""Adapters that keep everything in memory: for tests and trials.

A store, an inventory, a payment gateway with a small bank, a carrier and
a notifier.  They remember every operation id, keep a journal of their
effects, and refuse what real providers refuse.  ``orderlife.testing``
exports their names too.
"""
