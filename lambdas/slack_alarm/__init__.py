"""Alarms and other AWS events in a Slack channel."""
