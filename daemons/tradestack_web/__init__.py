"""The web server: the page of a stack, its HTTP interface (API.md) and its logins."""
