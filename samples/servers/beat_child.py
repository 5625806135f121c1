"""Runs in django-celery-beat's own environment: how many due tasks a second its DatabaseScheduler dispatches.

    python beat_child.py TASKS DISPATCHES

Makes TASKS periodic tasks in a new SQLite file of the current folder, all of them due, and has the scheduler's own
`tick` dispatch DISPATCHES of them. What `apply_async` would send is only counted: no broker's time is in the figures.
Prints one JSON object: seconds to read the schedule, dispatches per second with and without the final `sync`.
"""

import json
import sys
import time
from datetime import timedelta
from pathlib import Path

import django
from celery import Celery
from django.conf import settings
from django.core.management import call_command


def main(tasks: int, dispatches: int) -> dict[str, float]:
    """Sets it all up, and measures."""
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(Path.cwd() / "beat.sqlite")}
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=["django.contrib.contenttypes", "django_celery_beat"],
        USE_TZ=True,
        TIME_ZONE="UTC",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )
    django.setup()
    call_command("migrate", verbosity=0)
    make_tasks(tasks)
    return measure(dispatches)


def make_tasks(count: int) -> None:
    """Tasks that run every day, and ran the last time two days ago."""
    from django.utils import timezone
    from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

    daily = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.DAYS)
    last = timezone.now() - timedelta(days=2)
    PeriodicTask.objects.bulk_create(
        [
            PeriodicTask(name=f"task {number}", task="nothing", interval=daily, last_run_at=last)
            for number in range(count)
        ],
        batch_size=500,
    )
    PeriodicTasks.update_changed()


def measure(dispatches: int) -> dict[str, float]:
    """Ticks until so many were dispatched. The first tick reads the schedule, and is told apart."""
    from django_celery_beat.schedulers import DatabaseScheduler

    class Counting(DatabaseScheduler):
        sent = 0

        def apply_async(self, entry, producer=None, advance=True, **kwargs):  # noqa: ARG002 - Celery's
            self.sent += 1

    app = Celery("beat", broker="memory://")
    app.conf.timezone = "UTC"
    begun = time.perf_counter()
    scheduler = Counting(app=app)
    while not scheduler.sent:
        scheduler.tick()
    reading, begun = time.perf_counter() - begun, time.perf_counter()
    while scheduler.sent <= dispatches:
        scheduler.tick()
    ticking = time.perf_counter() - begun
    scheduler.sync()
    whole = time.perf_counter() - begun
    return {"reading": reading, "unsaved": dispatches / ticking, "rate": dispatches / whole}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))) + "\n")
