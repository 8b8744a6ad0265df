"""Alarms and other events of AWS in a Slack channel."""
