"""The routes of API.md."""
