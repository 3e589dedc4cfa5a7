"""Returns: requests.  (Being written.)"""
