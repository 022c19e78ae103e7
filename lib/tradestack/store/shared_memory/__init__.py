"""Live prices in shared memory: segments, and the books in them."""
