"""Order entry: intents become requests, and reports settle them."""
