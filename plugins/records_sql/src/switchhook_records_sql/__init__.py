"""Records of calls in a database: SQLite in a file, or PostgreSQL."""
