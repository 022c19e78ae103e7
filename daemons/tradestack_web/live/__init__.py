"""The live view: queried from the daemons and their files once, sent to all viewers."""
