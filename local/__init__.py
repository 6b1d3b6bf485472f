"""The whole system on one machine: a simulated Opsgenie, and the service in front of it."""
