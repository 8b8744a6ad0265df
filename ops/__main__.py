"""`python -m ops`."""

from ops.commands import main

main()
