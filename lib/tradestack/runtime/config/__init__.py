"""Configuration files: keys, their values, and the configuration that holds now."""
