"""Proof that Groundwork can leave CDKTF, which was archived in December 2025: `make exit`. docs/exit.md is the move.

For each pair of library and AWS bindings in `pairs.py`, a copy of the code with renamed imports synthesizes every
environment, and the stacks are compared with those of this checkout.
"""
