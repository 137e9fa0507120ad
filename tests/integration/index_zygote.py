"""Updates an index in a child process for each line on stdin: a test can kill it without a second's start.

python index_zygote.py URL DEPLOYMENT   then a database a line; prints the child's id, and how it ended
"""

import os
import sys
from pathlib import Path

from licet.chain.deployments import Deployment
from licet.errors import LicetError
from licet.index import Index

if __name__ == "__main__":
    url, path = sys.argv[1:]
    deployment = Deployment.load(Path(path))
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                with Index(line.strip()) as index:
                    index.update([url], deployment)
                code = 0
            except LicetError as error:
                print(error, file=sys.stderr, flush=True)
            finally:
                os._exit(code)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(status, flush=True)
