"""The sources that the configuration names: opened, checked and identified."""
