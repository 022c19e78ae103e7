"""What is shown live: asked of the daemons and read from their files once, sent to all viewers."""
