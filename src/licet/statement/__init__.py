"""A period's statement, computed: usage and shares in, exact amounts out. No chain is needed.

The rule stands in `licet.statement.rule`; `compute` follows it, with DuckDB or Spark.
"""

from licet.statement.amounts import SMALLEST_UNITS, open_amounts
from licet.statement.computing import ENGINES, Computed, Engine, compute
from licet.statement.logs import Counting

__all__ = ["ENGINES", "SMALLEST_UNITS", "Computed", "Counting", "Engine", "compute", "open_amounts"]
