"""Sockets on the event loop: session server, feed client, order client, control server."""
