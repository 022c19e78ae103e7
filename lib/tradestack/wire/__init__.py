"""The codecs, bytes ⇄ values, without sockets, clocks and disks; PROTOCOL.md is their text."""
