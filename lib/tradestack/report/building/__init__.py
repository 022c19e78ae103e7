"""A recorded session → its report, part by part."""
