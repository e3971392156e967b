"""The lint rules, one module per subject."""
