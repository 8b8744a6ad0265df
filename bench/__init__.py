"""What a synth costs in Python with the bindings lazy, compared with the ways that others use. `make bench` runs it."""
