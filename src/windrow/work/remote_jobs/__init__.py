"""Jobs that another server does: begun there, followed to their end, ended when the run is cancelled.

`following.py` has the loop, which knows no protocol. A kind gives it a `Service` (`services.py`), which makes the
requests of its protocol; what the answers mean is read by pure functions beside it.
"""

from windrow.work.remote_jobs.following import follow, let_go
from windrow.work.remote_jobs.policies import PATIENCE_SCHEMA, Patience
from windrow.work.remote_jobs.services import Job, Service, Standing, Status, Told

__all__ = ["PATIENCE_SCHEMA", "Job", "Patience", "Service", "Standing", "Status", "Told", "follow", "let_go"]
