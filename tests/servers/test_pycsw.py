"""The catalogue server of the tests is the real one, and changes as its transactions say."""

import re
import urllib.request
from collections.abc import Callable

from samples.servers.pycsw import Pycsw
from tests.servers.pycsw import RECORDS

ORTHOPHOTO = RECORDS / "apiso" / "T_ortho_RAS_1998_284404.xml"
SEARCH = "?service=CSW&version=2.0.2&request=GetRecords&typeNames=csw:Record&elementSetName=brief&resultType=results"


def test_answers_both_of_its_protocols(pycsw: Pycsw) -> None:
    assert matched(pycsw) == 32
    assert "<oai:repositoryName>Sample catalogue" in get(f"{pycsw.oai_pmh_url}&verb=Identify")


def test_a_record_can_be_added_changed_and_deleted(start_pycsw: Callable[..., Pycsw]) -> None:
    server = start_pycsw([RECORDS / "cite"])
    document = ORTHOPHOTO.read_text()

    server.insert(document)
    assert matched(server) == 13

    server.update(document.replace(">Ortho<", ">Orthophoto of Larisa<"))
    assert "Orthophoto of Larisa" in get(f"{server.csw_url}{SEARCH}&maxRecords=20")

    server.delete("de53e931-778a-4792-94ad-9fe507aca483")
    assert matched(server) == 12


def matched(server: Pycsw) -> int:
    [number] = re.findall(r'numberOfRecordsMatched="(\d+)"', get(server.csw_url + SEARCH))
    return int(number)


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        text: str = answer.read().decode()
    return text
