"""A report for people: a Report → HTML, Markdown and pictures."""
