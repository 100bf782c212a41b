"""The version of the tool, read by the build and shown by `omt --version`."""

__version__ = "0.12.0"
