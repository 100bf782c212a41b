"""What keeps the wizard to the person who started it: link and cookie, guards, headers."""
