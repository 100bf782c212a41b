"""One module per rule; its name is what it looks for."""
