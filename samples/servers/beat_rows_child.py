"""Runs in django-celery-beat's own environment: makes its tables by its migrations, and periodic tasks in them.

    python beat_rows_child.py '{"ENGINE": "django.db.backends.sqlite3", "NAME": "beat.sqlite"}' <rows.json

The first word is Django's description of the database. Each row of the list at standard input is a periodic task:
the fields of its model, with `interval`, `crontab`, `solar` or `clocked` as an object of the fields of that one.
Writes what `manage.py dumpdata django_celery_beat` says to `dump.json` in the current folder.
"""

import json
import sys

import django
from django.conf import settings
from django.core.management import call_command


def main(database: dict[str, str], rows: list[dict[str, object]]) -> None:
    """Sets it all up, and makes the rows."""
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=["django.contrib.contenttypes", "django_celery_beat"],
        USE_TZ=True,
        TIME_ZONE="UTC",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )
    django.setup()
    call_command("migrate", verbosity=0)
    make(rows)
    call_command("dumpdata", "django_celery_beat", output="dump.json")


def make(rows: list[dict[str, object]]) -> None:
    """Periodic tasks with their schedules."""
    from django_celery_beat import models

    kinds = {
        "interval": models.IntervalSchedule,
        "crontab": models.CrontabSchedule,
        "solar": models.SolarSchedule,
        "clocked": models.ClockedSchedule,
    }
    made = []
    for row in rows:
        schedules = {name: kind.objects.create(**row[name]) for name, kind in kinds.items() if name in row}
        made.append(models.PeriodicTask(**{**row, **schedules}))
    models.PeriodicTask.objects.bulk_create(made)  # also what its own forms would refuse


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), json.load(sys.stdin))
