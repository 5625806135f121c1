"""From django-celery-beat: periodic tasks, out of a database in use or a dump of one."""

from windrow.importers.celery_beat.importing import Imported, Options, take_over
from windrow.importers.celery_beat.rows import PeriodicTask, read_database, read_dump

__all__ = ["Imported", "Options", "PeriodicTask", "read_database", "read_dump", "take_over"]
