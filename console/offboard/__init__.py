"""`offboard`: off-board a list of people after showing the changes."""
