"""Looking after sources: refresh, choose, check."""

from tests.cli.conftest import COUNT, FAST, Windrow


def test_refresh_choose_harvest(windrow: Windrow, folder_url: str) -> None:
    options = (*FAST, "--policy", "new_wanted=false", "--refresh-every", "1d", "--check-every", "10m")
    source = windrow("sources", "add", folder_url, *options, "--no-preview", "--json").json
    assert source["refresh_schedule"]["description"] == "every day, counted from its last start"
    assert source["check_schedule"]["trigger"]["every_seconds"] == 600

    refreshed = windrow("sources", "refresh", source["id"], "--json")

    assert (refreshed.code, refreshed.json["counts"]) == (0, {"listed": COUNT})
    listed = windrow("sources", "resources", source["id"], "--outcome", "listed", "--json").json
    assert len(listed) == COUNT
    assert windrow("records", "search", "--json").json == []
    first, second = (each["id"] for each in listed[:2])
    windrow("sources", "want", source["id"], first)
    assert windrow("sources", "harvest", source["id"], "--json").json["counts"] == {"added": 1, "listed": COUNT - 1}
    only = windrow("sources", "harvest", source["id"], "--only", second, "--json")
    assert (only.code, only.json["counts"]) == (0, {"added": 1})
    assert len(windrow("records", "search", "--json").json) == 2


def test_checks_tell_whether_it_answers(windrow: Windrow, folder_url: str) -> None:
    there = windrow("sources", "add", folder_url, *FAST, "--no-preview", "--json").json["id"]

    checked = windrow("sources", "check", there, "--json")

    assert (checked.code, checked.json["available"]) == (0, True)
    (span,) = windrow("sources", "availability", there, "--json").json
    assert (span["available"], span["checks"]) == (True, 1)
    assert "answers" in windrow("sources", "show", there).out
    windrow("sources", "change", there, "--url", "http://127.0.0.1:9/")
    away = windrow("sources", "check", there, "--json")
    assert (away.code, away.json["available"]) == (1, False)
    assert [each["available"] for each in windrow("sources", "availability", there, "--json").json] == [False, True]
    assert "never" not in windrow("sources", "availability", there).out
