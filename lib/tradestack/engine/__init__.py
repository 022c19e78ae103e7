"""Streams of NATS JetStream: append with a fence, read back, follow.

    async with await connect(settings) as connection:
        stream = await connection.create_stream("FEED_0ABCDE1234", replicas=3)
        ...

nats-py, an extra of the package, is imported when a connection is made and not before: a daemon
whose configuration names no server never loads it.
"""
