"""The record of a run: written before each change, and read back by `restore`."""
