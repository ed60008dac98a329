"""How fast the dashboard is, against the pretend tenant: `python -m tests.bench`."""
