"""Where the time goes: `python -m bench` prints it."""
