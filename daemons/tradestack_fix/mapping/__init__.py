"""FIX messages ⇄ the order messages of the stack: tables."""
