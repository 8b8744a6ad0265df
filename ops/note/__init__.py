"""The note on a plan: what it changes, per block of the environment file, as Markdown for people."""
