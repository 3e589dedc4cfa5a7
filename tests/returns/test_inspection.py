"""Returns: inspection.  (Being written.)"""
