"""The catalogue, read by OWSLib's client of OGC API - Records."""

from owslib.ogcapi.records import Records


def test_owslib_reads_the_catalogue(address: str) -> None:
    client = Records(address)

    assert client.records() == ["all", "source-1"]
    assert "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core" in client.conformance()["conformsTo"]
    assert client.collection("source-1")["title"] == "source 1"
    assert "type" in client.collection_queryables("all")["properties"]


def test_owslib_searches_the_catalogue(address: str) -> None:
    client = Records(address)

    found = client.collection_items("all", q="lakes", bbox=[12.0, 46.0, 16.0, 48.0], datetime_="2020-05-01/..", limit=5)

    assert (found["numberMatched"], found["numberReturned"]) == (1, 1)
    (feature,) = found["features"]
    assert feature["properties"]["title"] == "Lakes of Carinthia"
    assert client.collection_item("all", feature["id"])["properties"] == feature["properties"]
    newest = client.collection_items("source-1", type="series", sortby=("updated", "desc"), limit=2)
    assert [each["properties"]["title"] for each in newest["features"]] == ["Road 19", "Road 18"]
