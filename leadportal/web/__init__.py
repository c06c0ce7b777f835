"""What every page and call stands on, whatever the app: answers and middleware."""
