"""Payments: authorised, captured and refunded, and their reports."""
