"""HTTP to one server within one deadline: session, calls, time-outs, retries, limiter. It knows no vendor."""
