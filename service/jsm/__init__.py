"""Jira Service Management: its client, its endpoints, and its JSON and errors in the terms of the off-boarding."""
