"""Building plans, checking them from the raw facts, and changing them as little as possible.

The optimizer (`build`) and the verifier (`verify`) share values but no logic.
"""
