"""Files on site: read and hashed in threads or processes, and what that came to."""
