"""`report`: who would not hear an alert, what depends on one person, and the weeks ahead."""
