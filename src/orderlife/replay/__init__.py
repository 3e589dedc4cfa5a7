"""Orders that were really placed somewhere, lived through once more here.

:mod:`orderlife.replay.olist_csv` reads the Brazilian E-Commerce Public
Dataset by Olist.  The data themselves are no part of this package.
"""
