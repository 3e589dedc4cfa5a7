"""Returns: receiving.  (Being written.)"""
