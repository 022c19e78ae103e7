"""The daemon tradestack-grpc: feed and order entry as a service of gRPC, for other languages."""
