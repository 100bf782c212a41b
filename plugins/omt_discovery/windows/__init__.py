"""The Windows machine that is searched: its files, its registry, its environment; or a folder that stands for one."""
