"""Tables as Polars frames and files. These modules need Polars, which is an extra."""
