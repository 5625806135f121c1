"""Where things are kept: one set of tables on SQLite or PostgreSQL, one file per word. Only this folder speaks SQL."""
