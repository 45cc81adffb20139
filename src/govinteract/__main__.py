"""`python -m govinteract`: the command line."""

import sys

from govinteract.cli import main

if __name__ == "__main__":
    sys.exit(main())
