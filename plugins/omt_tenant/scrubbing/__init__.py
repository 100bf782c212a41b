"""Read again everything that a tenant stores, and tell what is not what it was."""
