"""A bazaar: everybody does anything, at random, on a real chain; a plain model knows what must come of it."""
