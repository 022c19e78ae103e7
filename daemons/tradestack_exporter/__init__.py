"""The daemon tradestack-exporter: a stream of NATS JetStream for each feed session."""
