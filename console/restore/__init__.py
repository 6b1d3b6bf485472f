"""`restore`: put back what a record says was changed."""
