"""What differs between database systems, one module each; `choice` picks the one for an installation."""
