"""tradestack.proto, and the modules that protoc has made of it; tests/run compares them."""
