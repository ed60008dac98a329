"""Thousands of hostile inputs from both sides, by a seed: `make fuzz`."""
