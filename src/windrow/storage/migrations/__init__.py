"""Migrations: how the schema got from each release to the next; Alembic finds its scripts here."""
