"""Between our words and the shapes of the native API; pure, both ways."""

from windrow.faces.native.translate.accounts import (
    from_scopes,
    to_created_token,
    to_created_user,
    to_me,
    to_tenant,
    to_token,
    to_user,
)
from windrow.faces.native.translate.copies import to_copy, to_stock
from windrow.faces.native.translate.paging import in_utc, list_of
from windrow.faces.native.translate.records import to_edited, to_facets, to_provenance, to_record, to_record_body
from windrow.faces.native.translate.runs import to_inspection, to_log_entry, to_output, to_part, to_run, to_worker
from windrow.faces.native.translate.schedules import change_schedule, from_schedule, from_trigger, to_schedule
from windrow.faces.native.translate.sources import (
    change_policies,
    change_source,
    from_credential,
    from_policies,
    from_source,
    selected,
    to_availability,
    to_detection,
    to_host,
    to_policies,
    to_preview,
    to_resource,
    to_review,
    to_source,
)
from windrow.faces.native.translate.tasks import change_task, from_task, to_task

__all__ = [
    "change_policies",
    "change_schedule",
    "change_source",
    "change_task",
    "from_credential",
    "from_policies",
    "from_schedule",
    "from_scopes",
    "from_source",
    "from_task",
    "from_trigger",
    "in_utc",
    "list_of",
    "selected",
    "to_availability",
    "to_copy",
    "to_created_token",
    "to_created_user",
    "to_detection",
    "to_edited",
    "to_facets",
    "to_host",
    "to_inspection",
    "to_log_entry",
    "to_me",
    "to_output",
    "to_part",
    "to_policies",
    "to_preview",
    "to_provenance",
    "to_record",
    "to_record_body",
    "to_resource",
    "to_review",
    "to_run",
    "to_schedule",
    "to_source",
    "to_stock",
    "to_task",
    "to_tenant",
    "to_token",
    "to_user",
    "to_worker",
]
