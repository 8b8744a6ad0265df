"""Users inside a database: creates them, and rotates their passwords."""
