"""Third-party clients as judges of the simulated site; run by hand: `python -m tests.judges`."""
