"""The one migration that a store holds: its claim, its uploads and stages, and its completion."""
