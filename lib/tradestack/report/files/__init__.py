"""Feed logs and order journals in the directories of a stack, for readers outside the daemons."""
