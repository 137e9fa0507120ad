"""The IETF's AI preferences: in a field of HTTP, and in robots.txt."""
