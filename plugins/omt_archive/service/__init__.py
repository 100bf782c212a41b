"""Customer Service: its folders, its trees, and its attachments."""
