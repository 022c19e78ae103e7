"""Files of others converted to the form of the project."""
