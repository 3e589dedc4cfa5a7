"""Orders that were really placed somewhere, lived through once more here.

:func:`orderlife.replay.olist_csv.read` reads the Brazilian E-Commerce
Public Dataset by Olist, and :func:`orderlife.replay.olist.replay` has its
orders live.  The data themselves are no part of this package.
"""
