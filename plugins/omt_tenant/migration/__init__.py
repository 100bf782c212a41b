"""The one migration that a tenant takes: opened, claimed, committed stage by stage, completed, accepted."""
