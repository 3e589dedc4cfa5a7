"""The order: its lines, units, money, holds and exceptions."""
