"""The line that a person types: the options of every command, the parser, and the Tab key."""
