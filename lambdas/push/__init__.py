"""Notifications to mobile devices."""
