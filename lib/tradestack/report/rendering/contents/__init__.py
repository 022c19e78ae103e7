"""Report → the sections of the document, one module each, in no format yet."""
