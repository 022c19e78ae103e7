"""The man pages: made from the declarations of verbs, daemons, config keys and events."""
