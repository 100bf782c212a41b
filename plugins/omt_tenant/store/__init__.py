"""What is in a tenant's folder: every byte that arrived, where it lies, and the database that knows it."""
