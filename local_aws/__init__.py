"""The embedded AWS: Moto's server on 127.0.0.1, with additions for what Moto lacks and the modules need."""
