"""The return: goods on their way back, and what becomes of them."""
