"""A store as a place for objects: how it is reached, what is where in it, and how it says no."""
