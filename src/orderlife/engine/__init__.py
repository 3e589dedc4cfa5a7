"""What desks and workers share: decide, store, perform, record."""
