"""The catalogue on both databases: what a search finds, in which order, and who may see it."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.storage.making import NOW, OTHER_TENANT, TENANT, add_basics
from tests.storage.shelves import FOREIGN, PRIVATE, PUBLIC, add_source, at, hide, put
from windrow.errors import BadInput, NotFound
from windrow.model.records import Contact, Record
from windrow.ports.catalogue import Collection, Document, Entry, Facet, Reader, Search, Shelf, Sort
from windrow.storage.catalogue import SqlCatalogue
from windrow.storage.database import Database

NOBODY = Reader()
MEMBER = Reader(TENANT)
STRANGER = Reader(OTHER_TENANT)
ADMIN = Reader(everything=True)


@pytest.fixture
def catalogue(database: Database) -> SqlCatalogue:
    add_basics(database)
    add_source(database, PUBLIC, public=True)
    add_source(database, PRIVATE)
    add_source(database, FOREIGN, tenant_id=OTHER_TENANT)
    return SqlCatalogue(database)


def found(catalogue: SqlCatalogue, search: Search, reader: Reader = NOBODY) -> list[str]:
    """The titles of the first page."""
    return [entry.record.title for entry in catalogue.search(reader, search, limit=100).items]


def test_words_are_found_wherever_they_stand(database: Database, catalogue: SqlCatalogue) -> None:
    put(
        database,
        Record("1", "Lakes of Carinthia", abstract="Depth and shore lines"),
        Record("2", "Roads", keywords=("Verkehr", "Kärnten")),
        Record("3", "Rivers", contacts=(Contact("Ada Lovelace", "Hydrographic office"),)),
    )

    assert found(catalogue, Search(words="lakes")) == ["Lakes of Carinthia"]
    assert found(catalogue, Search(words="SHORE depth")) == ["Lakes of Carinthia"]
    assert found(catalogue, Search(words="karnten")) == ["Roads"]
    assert found(catalogue, Search(words="Kärnten")) == ["Roads"]
    assert found(catalogue, Search(words="hydrographic")) == ["Rivers"]
    assert found(catalogue, Search(words="ada office rivers")) == ["Rivers"]
    assert found(catalogue, Search(words="lakes roads")) == []


def test_a_phrase_in_quotes_is_found_in_one_text_only(database: Database, catalogue: SqlCatalogue) -> None:
    put(
        database,
        Record("1", "Ground water level"),
        Record("2", "Water on solid ground"),
        Record("3", "Ground", abstract="water"),
        Record("4", "Soil", keywords=("ground", "water")),
    )

    assert found(catalogue, Search(words='"ground water"')) == ["Ground water level", "Soil"]
    assert found(catalogue, Search(words="ground-water")) == ["Ground water level", "Soil"]
    assert len(found(catalogue, Search(words="ground water"))) == 4


def test_one_of_several_phrases_is_enough(database: Database, catalogue: SqlCatalogue) -> None:
    put(database, Record("1", "Ground water"), Record("2", "Water on the ground"), Record("3", "Land cover"))

    assert found(catalogue, Search(phrases=("ground water", "COVER"))) == ["Ground water", "Land cover"]
    assert found(catalogue, Search(phrases=("wat",))) == []
    assert found(catalogue, Search(phrases=("water", "cover"), words="ground ")) == [
        "Ground water",
        "Water on the ground",
    ]
    assert found(catalogue, Search(phrases=("!", "land"), sort=Sort.RELEVANCE)) == ["Land cover"]
    assert found(catalogue, Search(phrases=("!",))) == []


def test_an_unfinished_last_word_is_completed(database: Database, catalogue: SqlCatalogue) -> None:
    put(database, Record("1", "Sentinel scenes"), Record("2", "Sentries"))

    assert found(catalogue, Search(words="sent")) == ["Sentinel scenes", "Sentries"]
    assert found(catalogue, Search(words="scenes senti")) == ["Sentinel scenes"]
    assert found(catalogue, Search(words="sent scenes")) == []
    assert found(catalogue, Search(words="senti ")) == []
    assert found(catalogue, Search(words='"senti"')) == []
    assert found(catalogue, Search(words="se")) == []


@pytest.mark.parametrize(
    "words",
    [
        "lakes OR roads",
        "lakes NOT roads",
        "title:lakes",
        'lakes "',
        "lakes) OR (roads",
        "la*",
        "lakes & roads",
        "'; --",
    ],
)
def test_what_people_type_is_never_an_operator(database: Database, catalogue: SqlCatalogue, words: str) -> None:
    put(database, Record("1", "Lakes"), Record("2", "Roads"))

    assert found(catalogue, Search(words=words)) == (["Lakes"] if words == 'lakes "' else [])


def test_words_do_not_find_the_terms_of_a_record(database: Database, catalogue: SqlCatalogue) -> None:
    put(database, Record("1", "Lakes", type="service", standard="iso19139"))

    assert found(catalogue, Search(words=f"s{PUBLIC}")) == []
    assert found(catalogue, Search(words="service")) == []


def test_words_without_a_letter_find_nothing(database: Database, catalogue: SqlCatalogue) -> None:
    put(database, Record("1", "Lakes"))

    assert found(catalogue, Search(words="!?")) == []
    assert found(catalogue, Search(words="  ")) == ["Lakes"]
    assert catalogue.count(NOBODY, Search(words="!?")) == (0, True)
    assert list(catalogue.stream(NOBODY, Search(words="!?"))) == []
    assert catalogue.facets(NOBODY, Search(words="!?"))["type"] == []


def test_better_matches_come_first(database: Database, catalogue: SqlCatalogue) -> None:
    put(
        database,
        Record("1", "Atlas", abstract="Roads, forests, towns, a lake and much else that a country has."),
        Record("2", "Lake depths", abstract="Depths of a lake", keywords=("lake",)),
    )

    assert found(catalogue, Search(words="lake ", sort=Sort.RELEVANCE)) == ["Lake depths", "Atlas"]
    with pytest.raises(BadInput, match="relevance needs words"):
        catalogue.search(NOBODY, Search(sort=Sort.RELEVANCE), limit=10)


def test_a_box_finds_what_shares_a_point_with_it(database: Database, catalogue: SqlCatalogue) -> None:
    put(
        database,
        Record("1", "Alps", bbox=(5.0, 43.0, 16.0, 48.0)),
        Record("2", "Vienna", bbox=(16.2, 48.1, 16.6, 48.3)),
        Record("3", "Fiji", bbox=(176.0, -21.0, -178.0, -12.0)),
        Record("4", "Ideas"),
        Record("5", "World", bbox=(-180.0, -90.0, 180.0, 90.0)),
    )

    assert found(catalogue, Search(bbox=(10.0, 45.0, 11.0, 46.0))) == ["Alps", "World"]
    assert found(catalogue, Search(bbox=(16.0, 48.0, 17.0, 49.0))) == ["Alps", "Vienna", "World"]
    assert found(catalogue, Search(bbox=(16.00001, 48.0, 17.0, 49.0))) == ["Vienna", "World"]
    assert found(catalogue, Search(bbox=(179.0, -15.0, 180.0, -14.0))) == ["Fiji", "World"]
    assert found(catalogue, Search(bbox=(-180.0, -15.0, -179.0, -14.0))) == ["Fiji", "World"]
    assert found(catalogue, Search(bbox=(170.0, -15.0, -170.0, -14.0))) == ["Fiji", "World"]
    assert found(catalogue, Search(bbox=(-177.0, -15.0, -170.0, -14.0))) == ["World"]
    assert found(catalogue, Search(bbox=(-180.0, -90.0, 180.0, 90.0))) == ["Alps", "Vienna", "Fiji", "World"]


def test_a_period_finds_what_meets_it_and_includes_no_end(database: Database, catalogue: SqlCatalogue) -> None:
    put(
        database,
        Record("1", "2020", time_start=at(2020), time_end=at(2021)),
        Record("2", "since 2021", time_start=at(2021)),
        Record("3", "until 2000", time_end=at(2000)),
        Record("4", "undated"),
        Record("5", "an instant", time_start=at(2010), time_end=at(2010)),
        Record("6", "forever", time_start=at(1), time_end=datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
    )

    assert found(catalogue, Search(start=at(2020, 5), end=at(2020, 6))) == ["2020", "forever"]
    assert found(catalogue, Search(start=at(2021), end=at(2022))) == ["since 2021", "forever"]
    assert found(catalogue, Search(end=at(2020))) == ["until 2000", "an instant", "forever"]
    assert found(catalogue, Search(start=at(2020, 12, 31))) == ["2020", "since 2021", "forever"]
    assert found(catalogue, Search(start=at(2010), end=at(2010) + timedelta(microseconds=1))) == [
        "an instant",
        "forever",
    ]
    assert found(catalogue, Search(start=at(2009), end=at(2010))) == ["forever"]
    assert found(catalogue, Search(start=at(2020, 6), end=at(2020, 6))) == []


def test_keywords_are_compared_whole_and_in_any_case(database: Database, catalogue: SqlCatalogue) -> None:
    put(
        database,
        Record("1", "Lakes", keywords=("Inland waters", "Österreich")),
        Record("2", "Sea", keywords=("waters",)),
    )

    assert found(catalogue, Search(keywords=("inland WATERS",))) == ["Lakes"]
    assert found(catalogue, Search(keywords=("waters",))) == ["Sea"]
    assert found(catalogue, Search(keywords=("ÖSTERREICH", "Inland waters"))) == ["Lakes"]
    assert found(catalogue, Search(keywords=("waters", "Inland waters"))) == []


def test_what_a_record_is_narrows_a_search(database: Database, catalogue: SqlCatalogue) -> None:
    lakes, view, scene = put(
        database,
        Record("urn:lakes", "Lakes", type="dataset", standard="iso19139"),
        Record("urn:view", "View", type="service", standard="iso19139"),
        Record("scene 1", "Scene", type="item", standard="stac-item", collection="Heron"),
    )
    put(database, Record("urn:lakes", "Inner lakes"), source=PRIVATE)

    assert found(catalogue, Search(types=("dataset", "service"))) == ["Lakes", "View"]
    assert found(catalogue, Search(standards=("stac-item",))) == ["Scene"]
    assert found(catalogue, Search(collections=("Heron",))) == ["Scene"]
    assert found(catalogue, Search(collections=("heron",))) == []
    assert found(catalogue, Search(collections=("",))) == ["Lakes", "View"]
    assert found(catalogue, Search(identifiers=("urn:lakes", "scene 1", "urn:none", "\0"))) == ["Lakes", "Scene"]
    assert found(catalogue, Search(identifiers=("URN:lakes",))) == []
    assert found(catalogue, Search(ids=(lakes, view, 9999, -1, 1 << 80))) == ["Lakes", "View"]
    assert found(catalogue, Search(ids=(scene,), types=("service",))) == []
    assert found(catalogue, Search(sources=(PRIVATE,)), MEMBER) == ["Inner lakes"]
    assert found(catalogue, Search(sources=(PRIVATE, PUBLIC), identifiers=("urn:lakes",)), MEMBER) == [
        "Lakes",
        "Inner lakes",
    ]


def test_conditions_are_joined(database: Database, catalogue: SqlCatalogue) -> None:
    put(
        database,
        Record("1", "Lakes", bbox=(10.0, 45.0, 11.0, 46.0), time_start=at(2020), time_end=at(2021), modified=at(2022)),
        Record("2", "Lakes", bbox=(10.0, 45.0, 11.0, 46.0), time_start=at(2010), time_end=at(2011), modified=at(2012)),
        Record("3", "Lakes", bbox=(50.0, 45.0, 51.0, 46.0), time_start=at(2020), time_end=at(2021), modified=at(2022)),
    )
    search = Search(words="lakes", bbox=(9.0, 44.0, 12.0, 47.0), start=at(2020), end=at(2025))

    for sort in Sort:
        here = Search(words="lakes", bbox=search.bbox, start=search.start, end=search.end, sort=sort)
        assert [each.record.identifier for each in catalogue.search(NOBODY, here, limit=10).items] == ["1"]
    assert found(catalogue, Search(modified_after=at(2012), words="lakes")) == ["Lakes", "Lakes"]
    assert catalogue.count(NOBODY, Search(modified_after=at(2012))) == (2, True)
    assert catalogue.count(NOBODY, Search(modified_after=at(2011), bbox=search.bbox)) == (2, True)


def test_each_order_puts_records_as_it_says(database: Database, catalogue: SqlCatalogue) -> None:
    put(
        database,
        Record("1", "beta", modified=at(2020)),
        Record("2", "Älpha"),
        Record("3", "Alpha", modified=at(2021)),
        Record("4", "alpha", modified=at(2021)),
    )

    def identifiers(sort: Sort) -> str:
        return "".join(each.record.identifier for each in catalogue.search(NOBODY, Search(sort=sort), limit=10).items)

    assert identifiers(Sort.ID) == "1234"
    assert identifiers(Sort.ID_DOWN) == "4321"
    assert identifiers(Sort.NEWEST) == "4312"
    assert identifiers(Sort.OLDEST) == "1342"
    assert identifiers(Sort.TITLE) == "3412"
    assert identifiers(Sort.TITLE_DOWN) == "2143"


def test_readers_see_their_teams_records_and_public_ones(database: Database, catalogue: SqlCatalogue) -> None:
    (public,) = put(database, Record("1", "public"), documents=[b"<public/>"])
    (private,) = put(database, Record("2", "private"), source=PRIVATE, documents=[b"<private/>"])
    (foreign,) = put(database, Record("3", "foreign"), source=FOREIGN, documents=[b"<foreign/>"])

    assert found(catalogue, Search(), NOBODY) == ["public"]
    assert found(catalogue, Search(), MEMBER) == ["public", "private"]
    assert found(catalogue, Search(), STRANGER) == ["public", "foreign"]
    assert found(catalogue, Search(), ADMIN) == ["public", "private", "foreign"]
    assert found(catalogue, Search(sources=(FOREIGN,)), MEMBER) == []
    assert found(catalogue, Search(words="private"), NOBODY) == []
    assert catalogue.count(MEMBER, Search()) == (2, True)
    assert [each.id for each in catalogue.stream(STRANGER, Search())] == [public, foreign]
    assert catalogue.get(MEMBER, private).record.title == "private"
    assert catalogue.document(ADMIN, foreign) == Document("application/xml", b"<foreign/>")
    for reader, number in ((NOBODY, private), (MEMBER, foreign), (STRANGER, private), (ADMIN, 9999), (ADMIN, 1 << 70)):
        with pytest.raises(NotFound):
            catalogue.get(reader, number)
        with pytest.raises(NotFound):
            catalogue.document(reader, number)


def test_hidden_records_are_in_no_answer(database: Database, catalogue: SqlCatalogue) -> None:
    (number,) = put(
        database, Record("1", "Lakes", bbox=(1.0, 1.0, 2.0, 2.0), time_start=at(2020)), documents=[b"<lakes/>"]
    )
    hide(database, number)

    for search in (
        Search(),
        Search(words="lakes"),
        Search(bbox=(0.0, 0.0, 3.0, 3.0)),
        Search(start=at(2021)),
        Search(ids=(number,)),
        Search(sources=(PUBLIC,)),
        Search(sort=Sort.NEWEST),
        Search(words="lakes", sort=Sort.RELEVANCE),
    ):
        assert found(catalogue, search, ADMIN) == []
        assert catalogue.count(ADMIN, search) == (0, True)
        assert list(catalogue.stream_documents(ADMIN, search)) == []
        assert catalogue.facets(ADMIN, search) == {"type": [], "source": [], "standard": [], "collection": []}
    with pytest.raises(NotFound):
        catalogue.get(ADMIN, number)
    with pytest.raises(NotFound):
        catalogue.document(ADMIN, number)


def test_an_entry_tells_whose_it_is_and_when_it_was_written(database: Database, catalogue: SqlCatalogue) -> None:
    record = Record("1", "Lakes", bbox=(1.0, 1.0, 2.0, 2.0), keywords=("water",))
    (number,) = put(database, record, source=PRIVATE)

    assert catalogue.get(MEMBER, number) == Entry(number, PRIVATE, "source 2", record, NOW, public=False)
    assert catalogue.search(MEMBER, Search(), limit=1).items == [catalogue.get(MEMBER, number)]


def test_counting_stops_where_it_is_told(database: Database, catalogue: SqlCatalogue) -> None:
    put(database, *(Record(str(number), "Lakes") for number in range(5)))

    assert catalogue.count(NOBODY, Search(), most=4) == (4, False)
    assert catalogue.count(NOBODY, Search(), most=5) == (5, True)
    assert catalogue.count(NOBODY, Search(words="lakes"), most=3) == (3, False)


def test_facets_tell_the_values_among_what_matches(database: Database, catalogue: SqlCatalogue) -> None:
    put(
        database,
        Record("1", "Lakes", type="dataset", standard="iso19139"),
        Record("2", "Roads", type="dataset", standard="dublin-core"),
        Record("3", "Scene of lakes", type="item", standard="stac-item", collection="heron"),
    )
    put(database, Record("4", "Inner lakes", type="dataset", standard="iso19139"), source=PRIVATE)

    assert catalogue.facets(NOBODY, Search()) == {
        "type": [Facet("dataset", 2), Facet("item", 1)],
        "source": [Facet(str(PUBLIC), 3)],
        "standard": [Facet("dublin-core", 1), Facet("iso19139", 1), Facet("stac-item", 1)],
        "collection": [Facet("heron", 1)],
    }
    assert catalogue.facets(MEMBER, Search(words="lakes"))["source"] == [
        Facet(str(PUBLIC), 2),
        Facet(str(PRIVATE), 1),
    ]


def test_a_stream_gives_all_that_matches_by_id(database: Database, catalogue: SqlCatalogue) -> None:
    ids = put(
        database,
        *(Record(str(number), "even" if number % 2 == 0 else "odd") for number in range(25)),
        documents=[f"<n>{number}</n>".encode() for number in range(24)],
    )

    streamed = list(catalogue.stream(NOBODY, Search(words="even "), batch=4))
    documents = list(catalogue.stream_documents(NOBODY, Search(sort=Sort.TITLE), batch=7))

    assert [each.id for each in streamed] == ids[::2]
    assert [each.id for each, _ in documents] == ids[:24]
    assert documents[3][1] == Document("application/xml", b"<n>3</n>")


def test_shelves_are_the_sources_that_a_reader_sees(database: Database, catalogue: SqlCatalogue) -> None:
    public = Shelf(PUBLIC, "source 1", public=True, records=0)
    private = Shelf(PRIVATE, "source 2", public=False, records=0)

    assert list(catalogue.shelves(NOBODY, limit=5).items) == [public]
    first = catalogue.shelves(MEMBER, limit=1)
    second = catalogue.shelves(MEMBER, limit=1, cursor=first.next)
    assert [*first.items, *second.items] == [public, private]
    assert second.next is None
    assert catalogue.shelf(MEMBER, PRIVATE) == private
    for reader, number in ((NOBODY, PRIVATE), (MEMBER, FOREIGN), (ADMIN, 99), (ADMIN, 1 << 70)):
        with pytest.raises(NotFound):
            catalogue.shelf(reader, number)


def test_collections_are_told_once_with_what_describes_them(database: Database, catalogue: SqlCatalogue) -> None:
    def item(collection: str) -> Record:
        return Record("x", "Scene", type="item", standard="stac-item", collection=collection)

    heron, *_ = put(
        database,
        Record("heron", "Heron", type="collection", standard="stac-collection"),
        *(item(name) for name in ("heron", "egret", "", "heron", "hidden")),
        Record("y", "Lakes", collection="no items"),
    )
    put(database, item("egret"), item("secret"), source=PRIVATE)
    hide(database, heron + 5)

    assert catalogue.collections(NOBODY) == [
        Collection("", None),
        Collection("egret", None),
        Collection("heron", heron),
    ]
    assert [each.name for each in catalogue.collections(MEMBER)] == ["", "egret", "heron", "secret"]


def test_wrong_limits_and_cursors_are_refused(database: Database, catalogue: SqlCatalogue) -> None:
    put(database, Record("1", "a"), Record("2", "b"))
    cursor = catalogue.search(NOBODY, Search(), limit=1).next

    assert cursor is not None
    for limit in (0, 1001):
        with pytest.raises(BadInput, match="limit"):
            catalogue.search(NOBODY, Search(), limit=limit)
    for wrong in ("", "nonsense", "bnVsbA", cursor[:-3], "WyItbW9kaWZpZWQiLDkyMjMzNzIwMzY4NTQ3NzU4MDcsMV0"):
        with pytest.raises(BadInput, match="cursor"):
            catalogue.search(NOBODY, Search(), limit=1, cursor=wrong)
    with pytest.raises(BadInput, match="cursor"):
        catalogue.search(NOBODY, Search(sort=Sort.NEWEST), limit=1, cursor=cursor)
