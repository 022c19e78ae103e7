"""The nouns of a trading day; they import nothing but the language."""
