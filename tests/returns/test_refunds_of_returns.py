"""Returns: refunds_of_returns.  (Being written.)"""
