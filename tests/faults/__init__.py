"""Faults while decisions are in flight: `python -m tests.faults`."""
