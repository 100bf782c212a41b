"""The wizard: the tool as a web page on this machine, for the person at its keyboard."""
