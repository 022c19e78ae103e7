"""The order journal as messages of a stream that several hosts store.

Pure: bytes ⇄ values, tables and queues. The streams are in `engine`, the connections and files in
the order manager's `replication`.
"""
