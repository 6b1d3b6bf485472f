"""The console's own Opsgenie calls: recreate entries, read a whole account."""
