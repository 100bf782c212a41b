"""The wizard: a web page on this machine that drives the same session as the command line."""
