"""What all records of the order journal are in JSON."""

import msgspec

from tradestack.wire.order_messages import fix_name


class JournalRecord(msgspec.Struct, frozen=True, gc=False, tag_field="Record", rename=fix_name):
    """A record in JSON; "Record" names its kind."""
