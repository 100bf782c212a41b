"""Who is in a simulated installation: companies, persons, users, their roles, passwords and licences."""
