"""Control sockets: Varlink interfaces, their server and a client."""
