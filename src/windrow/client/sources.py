"""Sources, their resources and held deletions, by the client."""

from collections.abc import Iterator, Sequence
from typing import Any, Unpack

from windrow.client import fields
from windrow.client.word import Word
from windrow.wire import records, runs, sources
from windrow.wire.shapes import Count, ListOf


class Sources(Word):
    """Sources, their resources and held deletions."""

    def kinds(self) -> Sequence[sources.SourceKind]:
        """The kinds of source that are installed there."""
        return self._connection.get(ListOf[sources.SourceKind], "/source-kinds").items

    def detect(self, url: str, *, credential: sources.Credential | None = None) -> Sequence[sources.Detection]:
        """What speaks at a URL, the surest first."""
        look = sources.Look(url=url, credential=credential)
        return self._connection.send(ListOf[sources.Detection], "POST", "/sources/detect", look).items

    def preview(self, **source: Unpack[fields.NewSource]) -> sources.Preview:
        """The first records of a source that is not saved; see `windrow.wire.sources.SourceInput`."""
        return self._connection.send(
            sources.Preview, "POST", "/sources/preview", sources.SourceInput.model_validate(source)
        )

    def list(self, *, retired: bool = False) -> Iterator[sources.Source]:
        """All sources, or all that are retired."""
        return self._connection.walk(sources.Source, "/sources", retired=True if retired else None)

    def create(self, **source: Unpack[fields.NewSource]) -> sources.Source:
        """Registers a source; see `windrow.wire.sources.SourceInput`."""
        return self._connection.send(sources.Source, "POST", "/sources", sources.SourceInput.model_validate(source))

    def get(self, source_id: int) -> sources.Source:
        """One source."""
        return self._connection.get(sources.Source, f"/sources/{source_id}")

    def change(self, source_id: int, **change: Unpack[fields.SourceChange]) -> sources.Source:
        """Changes a source; see `windrow.wire.sources.SourceChange`."""
        body = sources.SourceChange.model_validate(change)
        return self._connection.send(sources.Source, "PATCH", f"/sources/{source_id}", body)

    def edits(self, source_id: int, *, conflicts: bool = False) -> Iterator[records.EditedRecord]:
        """A source's records that were edited; with `conflicts` those that the source changed since."""
        return self._connection.walk(records.EditedRecord, f"/sources/{source_id}/edits", conflicts=conflicts)

    def delete(self, source_id: int) -> None:
        """Deletes a source with its records."""
        self._connection.call("DELETE", f"/sources/{source_id}")

    def retire(self, source_id: int) -> sources.Source:
        """Harvests a source no more and keeps its records."""
        return self._connection.send(sources.Source, "POST", f"/sources/{source_id}/retire")

    def revive(self, source_id: int) -> sources.Source:
        """Takes a retired source up again."""
        return self._connection.send(sources.Source, "POST", f"/sources/{source_id}/revive")

    def preview_change(self, source_id: int, **change: Unpack[fields.SourceChange]) -> sources.Preview:
        """What a harvest would do after a change; see `windrow.wire.sources.SourceChange`."""
        body = sources.SourceChange.model_validate(change)
        return self._connection.send(sources.Preview, "POST", f"/sources/{source_id}/preview", body)

    def refresh(self, source_id: int, *, full: bool = False) -> runs.Run:
        """Starts a look at what the source lists; nothing is fetched apart from the list."""
        body = sources.Refresh(full=full)
        return self._connection.send(runs.Run, "POST", f"/sources/{source_id}/refresh", body)

    def check(self, source_id: int) -> runs.Run:
        """Starts a check whether the source answers."""
        return self._connection.send(runs.Run, "POST", f"/sources/{source_id}/check")

    def availability(self, source_id: int) -> Iterator[sources.Availability]:
        """When the source answered and when not, newest first."""
        return self._connection.walk(sources.Availability, f"/sources/{source_id}/availability")

    def harvest(self, source_id: int, *, full: bool = False, only: Sequence[int] | None = None) -> runs.Run:
        """Starts a harvest; `only` takes these resources and no others."""
        body = sources.Harvest(full=full, only=None if only is None else list(only))
        return self._connection.send(runs.Run, "POST", f"/sources/{source_id}/harvest", body)

    def cancel(self, source_id: int) -> runs.Run | None:
        """Stops the harvest that is active, and those that wait behind it; None when there is none."""
        return self._connection.send_for_any(runs.Run, "POST", f"/sources/{source_id}/cancel")

    def diff(self, source_id: int, **change: Unpack[fields.SourceChange]) -> runs.Run:
        """Starts a run that finds out what a change would do."""
        return self._connection.send(
            runs.Run, "POST", f"/sources/{source_id}/diff", sources.SourceChange.model_validate(change)
        )

    def runs(self, source_id: int) -> Iterator[runs.Run]:
        """A source's runs, newest first."""
        return self._connection.walk(runs.Run, f"/sources/{source_id}/runs")

    def resources(self, source_id: int, **which: Unpack[fields.WhichResources]) -> Iterator[sources.Resource]:
        """A source's resources; narrow by presence, outcome, wanted, q."""
        return self._connection.walk(sources.Resource, f"/sources/{source_id}/resources", **which)

    def want(self, source_id: int, *, wanted: bool, ids: Sequence[int] | None = None) -> int:
        """Says which resources belong in the catalogue; without ids, all of them."""
        body = sources.Want.model_validate({"wanted": wanted, **_selection(ids)})
        return self._connection.send(Count, "POST", f"/sources/{source_id}/resources/want", body).changed

    def retry_quarantined(self, source_id: int, ids: Sequence[int] | None = None) -> int:
        """Has quarantined resources read again at the next harvest."""
        body = sources.Selection.model_validate(_selection(ids))
        return self._connection.send(Count, "POST", f"/sources/{source_id}/resources/retry", body).changed

    def restore(self, source_id: int, ids: Sequence[int] | None = None) -> int:
        """Undoes deletions within their grace time."""
        body = sources.Selection.model_validate(_selection(ids))
        return self._connection.send(Count, "POST", f"/sources/{source_id}/resources/restore", body).changed

    def reviews(self, source_id: int) -> Iterator[sources.Review]:
        """Held deletions, newest first."""
        return self._connection.walk(sources.Review, f"/sources/{source_id}/reviews")

    def decide(self, source_id: int, review_id: int, *, approve: bool) -> sources.Review:
        """Lets a held deletion through, or refuses it."""
        body = sources.Decision(approve=approve)
        return self._connection.send(sources.Review, "POST", f"/sources/{source_id}/reviews/{review_id}", body)


def _selection(ids: Sequence[int] | None) -> dict[str, Any]:
    return {"all": True} if ids is None else {"ids": list(ids)}
