"""The daemon tradestack-exporter: a feed → a stream of NATS JetStream for each feed session."""
