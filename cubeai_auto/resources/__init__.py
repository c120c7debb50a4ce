"""Data, not code: targets and boards, where tools stand, published figures, JSON schemas."""
