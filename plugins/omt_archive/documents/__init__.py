"""Documents: rows joined with the archive, owner by owner, and what of them has changed since a migration."""
