"""Merkle trees over works (`catalog`) and over shares (`sums`), with the hashes of the contracts."""
