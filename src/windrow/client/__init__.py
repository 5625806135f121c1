"""The Python client of the native API.

from windrow.client import Client

with Client("http://localhost:8750", token="wr_…") as windrow:
    source = windrow.sources.create(name="National catalogue", kind="csw", url="https://catalogue.example.org/csw")
    run = windrow.runs.wait(windrow.sources.harvest(source.id).id)
    for record in windrow.records.search(q="river", bbox=(5, 45, 16, 55)):
        print(record.title)
"""

from windrow.client.client import Client
from windrow.client.errors import ApiError, Unreachable

__all__ = ["ApiError", "Client", "Unreachable"]
