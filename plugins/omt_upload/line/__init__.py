"""What goes over the line: bodies, uploads, bundles of small files and large files, and how many at once."""
