"""The deployment program on a local AWS."""
