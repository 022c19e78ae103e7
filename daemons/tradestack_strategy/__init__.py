"""The strategy daemon: follows the feed and sends orders."""
