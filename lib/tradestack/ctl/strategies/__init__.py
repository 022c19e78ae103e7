"""Users' strategies: checked, and installed with the packages that they need."""
