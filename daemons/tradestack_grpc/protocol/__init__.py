"""tradestack.proto, and the modules that protoc generates from it; tests/run compares them."""
