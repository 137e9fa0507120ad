"""A work's identity: exactly, by the SHA-256 of its bytes; by likeness, through its ISCC and PDQ.

Only what is exact is imported here. The likeness of files (`licet.fingerprint.likeness`) needs libraries for
pictures and arrays, which are loaded by whoever asks for it.
"""

from licet.fingerprint.exact import Progress, check_file, check_new, sha256_file

__all__ = ["Progress", "check_file", "check_new", "sha256_file"]
