"""`python -m licet`: the program, where its command is not on the path."""

import sys

from licet.cli import main

sys.exit(main())
