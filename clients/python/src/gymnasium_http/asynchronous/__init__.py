"""Environments on a server whose calls are awaited."""
