"""How long a transfer may take."""
