"""Benchmarks of the dashboard against the sandbox tenant: `python -m tests.bench`."""
