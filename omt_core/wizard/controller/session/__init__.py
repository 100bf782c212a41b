"""The session that is held, what it is opened by, and what is known of its journal."""
