"""How much property tests try: a few examples, the same ones each time; with LICET_NIGHTLY=1 many, others."""

import os

from hypothesis import settings

# A deadline says more of the machine than of the code: what takes long has a test of its own.
# The same examples each time: what only chance finds is not this change's fault, and is looked for at night.
settings.register_profile("quick", max_examples=25, deadline=None, derandomize=True)
settings.register_profile("nightly", max_examples=1_000, deadline=None)
settings.load_profile("nightly" if os.environ.get("LICET_NIGHTLY") == "1" else "quick")
