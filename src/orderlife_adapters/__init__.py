"""Adapters to databases and other packages, a module for each.

A module here may import orderlife, never the other way.
"""
