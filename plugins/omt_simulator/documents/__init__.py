"""Documents, templates and Customer Service: their rows, their files, and what is planted in them."""
