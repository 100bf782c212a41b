"""The commands `simulate` and `demo`."""
