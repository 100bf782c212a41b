"""What a night needs of this machine, looked at before it: `omt doctor`, and the wizard's first page."""
