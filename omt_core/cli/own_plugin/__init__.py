"""What the author of a plugin begins with, and tries it by."""
