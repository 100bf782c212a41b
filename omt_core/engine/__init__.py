"""The engine: one session, its phases, and the loop that performs its steps."""
