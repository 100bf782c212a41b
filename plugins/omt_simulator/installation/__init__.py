"""What an installation says about itself: settings files, registry, system rows, and the answers beside it."""
