"""Licet: computable permission for works, before use."""
