"""Take a person out of everything that holds them in Opsgenie, then delete the account."""
