"""The part of a simulated service that is no vendor's.

A vendor's room gives its store, its endpoints, and the answers that are in its own envelope; from here it has the
record of calls, faults, hooks, delays, the rate limit and the control endpoints.
"""
