"""What is done ahead of the upload: a start that is planned for later."""
