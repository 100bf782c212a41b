"""What a migrator answers: the file, the form of the page, and what the journal keeps are one model."""
