"""Benchmark of a synth with lazy bindings, compared with stock bindings and TypeScript. `make bench` runs it."""
