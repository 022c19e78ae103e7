"""The conversion of foreign files to the project's own form."""
