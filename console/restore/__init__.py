"""`restore`: undo the changes in a record."""
