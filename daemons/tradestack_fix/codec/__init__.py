"""FIX's tag=value encoding: bytes ⇄ messages, without a clock and without sockets."""
