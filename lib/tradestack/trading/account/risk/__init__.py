"""The limits on risk, where an account meets them."""
