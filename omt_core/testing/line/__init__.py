"""What the fault proxy is made of: its sockets, one connection through it, and the moments on the way."""
