"""Push notifications to mobile devices."""
