"""The vendor-neutral part of a simulated service.

A vendor's package supplies its store, its endpoints, and answers in its own envelope; this one supplies the
record of calls, faults, hooks, delays, the rate limit and the control endpoints.
"""
