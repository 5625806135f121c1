"""The JSON of a command is the JSON of the REST API: each of our words in its native shape."""

from datetime import datetime
from functools import singledispatch

from pydantic import BaseModel

from windrow.core.accounts import NewToken, NewUser
from windrow.core.destinations import MadeDestination
from windrow.core.editing import Traced
from windrow.core.harvesting.previewing import Preview
from windrow.core.hosts import HostView
from windrow.core.notifications import Made
from windrow.core.pipelines.looking import StepView
from windrow.core.previewing_schedules import Coming
from windrow.core.previewing_schedules import Preview as SchedulePreview
from windrow.core.source_drafts import SourceView
from windrow.core.targets import Checked, TargetView
from windrow.errors import WindrowError
from windrow.faces.native import translate
from windrow.model.accounts import Token, User
from windrow.model.availability import Span
from windrow.model.copies import Copy
from windrow.model.destinations import Destination
from windrow.model.items import Item
from windrow.model.named_secrets import NamedSecret
from windrow.model.notifications import Notification
from windrow.model.resources import Resource
from windrow.model.runs import LogEntry, Output, Part, Run
from windrow.model.sources import DeletionReview
from windrow.model.targets import Delivery
from windrow.model.tasks import Task
from windrow.model.workers import Inspection, Worker
from windrow.ports.catalogue import Entry
from windrow.ports.edits import EditedEntry


@singledispatch
def shape_of(item: object, now: datetime) -> BaseModel:  # noqa: ARG001 - the others need it
    """The shape of one of our words, as it is `now`."""
    raise WindrowError(f"There is no JSON for {type(item).__name__}.")


shape_of.register(SourceView, lambda item, now: translate.to_source(item, now=now))
shape_of.register(Run, lambda item, now: translate.to_run(item, now=now))
shape_of.register(Task, lambda item, _now: translate.to_task(item))
shape_of.register(Part, lambda item, _now: translate.to_part(item))
shape_of.register(LogEntry, lambda item, _now: translate.to_log_entry(item))
shape_of.register(StepView, lambda item, now: translate.to_step(item, now=now))
shape_of.register(Output, lambda item, _now: translate.to_output(item))
shape_of.register(Preview, lambda item, _now: translate.to_preview(item))
shape_of.register(SchedulePreview, lambda item, _now: translate.to_schedule_preview(item))
shape_of.register(Coming, lambda item, _now: translate.to_coming(item))
shape_of.register(Resource, lambda item, _now: translate.to_resource(item))
shape_of.register(DeletionReview, lambda item, _now: translate.to_review(item))
shape_of.register(Span, lambda item, _now: translate.to_availability(item))
shape_of.register(Item, lambda item, _now: translate.to_item(item))
shape_of.register(NamedSecret, lambda item, _now: translate.to_secret(item))
shape_of.register(Copy, lambda item, _now: translate.to_copy(item))
shape_of.register(TargetView, lambda item, _now: translate.to_target(item))
shape_of.register(Delivery, lambda item, _now: translate.to_delivery(item))
shape_of.register(Checked, lambda item, _now: translate.to_check(item))
shape_of.register(Notification, lambda item, _now: translate.to_notification(item))
shape_of.register(Made, lambda item, _now: translate.to_made_notification(item))
shape_of.register(Destination, lambda item, _now: translate.to_destination(item))
shape_of.register(MadeDestination, lambda item, _now: translate.to_made_destination(item))
shape_of.register(Entry, lambda item, _now: translate.to_record(item))
shape_of.register(Traced, lambda item, _now: translate.to_provenance(item))
shape_of.register(EditedEntry, lambda item, _now: translate.to_edited(item))
shape_of.register(User, lambda item, _now: translate.to_user(item))
shape_of.register(NewUser, lambda item, _now: translate.to_created_user(item))
shape_of.register(Token, lambda item, _now: translate.to_token(item))
shape_of.register(NewToken, lambda item, _now: translate.to_created_token(item))
shape_of.register(Worker, lambda item, _now: translate.to_worker(item))
shape_of.register(HostView, lambda item, _now: translate.to_host(item))
shape_of.register(Inspection, lambda item, _now: translate.to_inspection(item))
