"""A service of the benchmark: about seventy types of resources that refer to each other."""
