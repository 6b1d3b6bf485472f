"""The whole system on one machine: a simulated product, and the service in front of it."""
