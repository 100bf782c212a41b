"""The ways by which batches leave: from this process, or from where their files are near."""
