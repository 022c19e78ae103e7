"""The order manager on several hosts: one journals into a stream, the others follow it.

member.py      what this one is: primary or standby, and how it becomes the primary
local_copy.py  the journals on this disk, made equal to the stream before anything else
publisher.py   of the primary: what was journalled goes to the stream, then to the file
follower.py    of a standby: what is in the stream goes to the file, and into the state
writer.py      one append after the other, each until its outcome is known
link.py        the connection to the servers
claim.py       how the stream is claimed, or why not
identity.py    what tells this one from another whose host has the same name
standby.py     the port of a standby, which refuses everybody
"""
