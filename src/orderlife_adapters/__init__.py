"""The world outside, one module for each thing in it.

A module here may import orderlife, never the other way.
"""
