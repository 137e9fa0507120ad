"""How much the property tests try: some examples by default, many with LICET_NIGHTLY=1."""

import os

from hypothesis import settings

# A deadline says more of the machine than of the code: what takes long has a test of its own.
settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("nightly", max_examples=1_000, deadline=None)
settings.load_profile("nightly" if os.environ.get("LICET_NIGHTLY") == "1" else "quick")
