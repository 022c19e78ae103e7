"""Order sessions: each a journal, its state, and the report streams made of both."""
