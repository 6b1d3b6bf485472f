"""What only the console asks of Opsgenie: create anew, and read a whole account."""
