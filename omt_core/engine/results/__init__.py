"""The results of a migration's runs: what a workspace keeps of them, and how two of them compare."""
