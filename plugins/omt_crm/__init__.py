"""What the plugins know of the CRM in common: its vocabulary, its paths, and its SQL. A library without hooks."""
