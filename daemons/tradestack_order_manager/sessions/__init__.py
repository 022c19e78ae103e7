"""Order sessions: each a journal, the state that it holds and the report streams made of both."""
