"""Baseline B: a harvest as one Celery task per record in a chord, with its bookkeeping in PostgreSQL.

An emulator written from a description of how such a catalogue works (see docs/reference/benchmarks.md), on real Celery,
Redis and PostgreSQL. It does less than the original: its catalogue work is one plain upsert.
"""
