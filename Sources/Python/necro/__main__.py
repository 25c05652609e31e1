"""`python -m necro` is the command line."""

import sys

from necro._cli import main

if __name__ == "__main__":
    sys.exit(main())
