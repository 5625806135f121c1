"""Hosts are named for whom requests ask."""

import pytest

from windrow.fetching.policy import OutgoingPolicy
from windrow.fetching.targets import read_target
from windrow.model.hosts import host_of, names_of

URLS = [
    ("https://A.test/csw?x=1", "a.test:443"),
    ("http://a.test", "a.test:80"),
    ("http://a.test:8080/", "a.test:8080"),
    ("http://[2620:0:860::1]:8080/", "[2620:0:860::1]:8080"),
    ("https://bücher.example/", "xn--bcher-kva.example:443"),
]


@pytest.mark.parametrize(("url", "host"), URLS)
def test_a_host_is_named_as_its_requests_name_it(url: str, host: str) -> None:
    assert host_of(url) == host == read_target(url, OutgoingPolicy()).authority


@pytest.mark.parametrize("url", ["", "nothing", "http://", "http://a.test:99999/", "http://[::1/"])
def test_what_names_nobody_is_nobody(url: str) -> None:
    assert host_of(url) == ""


def test_a_name_without_its_port_means_all_of_them() -> None:
    assert names_of("[::1]:8080") == ("[::1]:8080", "[::1]")
