"""The reservation: stock held for, and given to, an order."""
