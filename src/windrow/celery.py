"""The Celery application, for those who run Celery's own programs: `celery -A windrow worker`.

Settings come from the environment or the settings file, as everywhere; `WINDROW_ENGINE=celery` is understood.
"""

from windrow.processes.celery_worker import make_worker_app
from windrow.settings import load_settings

app = make_worker_app(load_settings({"engine": "celery"}))
