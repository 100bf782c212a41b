"""What is done ahead of the upload: an estimate, documents sent days before, a start that is planned for later."""
