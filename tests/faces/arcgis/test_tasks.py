"""Scheduled tasks from a client's point of view."""

from tests.faces.arcgis.conftest import Portal


def test_the_thinnest_path(portal: Portal) -> None:
    tasks = portal.tasks

    task = tasks.create(
        "*/15 * ? * 1,2,3,4,5,6,7", "ExecuteNotebook", itemId=portal.item, parameters={"county": "Kent"}
    )
    shown = task.properties
    listed = [each.properties["id"] for each in tasks.search()]

    assert shown["cronSchedule"]["minute"] == "*/15"
    assert shown["parameters"] == {"notebookParameters": {"county": "Kent"}, "saveInjectedParameters": True}
    assert listed == [shown["id"]]
    assert task.update(title="renamed", occurrences=3) is True
    assert (task.properties["title"], task.properties["maxOccurrences"]) == ("renamed", 3)
    assert task.delete() is True
    assert "error" in task.properties
