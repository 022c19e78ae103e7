"""Times: their forms, zones and meaning."""
