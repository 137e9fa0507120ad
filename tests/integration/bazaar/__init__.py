"""A bazaar: everybody does anything, at random, on a real chain, and a plain model knows what must come of it."""
