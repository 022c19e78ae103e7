"""Prices and sentiments from CSV files."""
