"""`offboard`: take a list of people out, after showing what that changes."""
