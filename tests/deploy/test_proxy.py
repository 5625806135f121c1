"""Behind the proxy of deploy/nginx Windrow is what it is called from outside, and answers where one API is down."""

import getpass
import http.client
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import pytest

from samples.servers.daemon import Daemon, free_port, program
from tests.deploy.files import DEPLOY
from tests.harvests.farm import PASSWORD
from tests.journeys.conftest import Newcomer
from tests.remotes.certificates import make_certificate

NAME = "data.example.org"
CONFIGURATION = """\
daemon off;
user {user};
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  include {folder}/windrow.conf;
}}
"""


class Proxy(Daemon):
    """nginx with the site of deploy/nginx, its ports, certificate and servers those of this test."""

    def __init__(self, folder: Path, api: int) -> None:
        port, certificate = free_port(), make_certificate(folder, NAME)
        changes = {
            "listen 80;": f"listen 127.0.0.1:{free_port()};",
            "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
            "  listen [::]:80;\n": "",
            "  listen [::]:443 ssl;\n": "",
            "/etc/ssl/windrow/certificate.pem": certificate.cert_file,
            "/etc/ssl/windrow/key.pem": certificate.key_file,
            "127.0.0.1:8750": f"127.0.0.1:{api}",
            "# server 10.0.0.12:8750": "server 127.0.0.1:9",
        }
        site = (DEPLOY / "nginx" / "windrow.conf").read_text()
        for said, instead in changes.items():
            assert said in site
            site = site.replace(said, instead)
        (folder / "windrow.conf").write_text(site)
        (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, user=getpass.getuser()))
        command = [program("nginx", "nginx-light"), "-p", folder, "-e", "stderr", "-c", folder / "nginx.conf"]
        super().__init__(command, folder, port)

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[http.client.HTTPResponse, str]:
        """An answer and its text, asked for as a browser does that knows the outer name only."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=context)
        host = f"{NAME}:{self.port}"
        headers = {"Host": host, "Origin": f"https://{host}", "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request(method, path, body, {**headers, "X-Forwarded-For": "203.0.113.7"})
            answer = connection.getresponse()
            return answer, answer.read().decode()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """In front of an API that answers and one that does not."""
    folder, port = tmp_path_factory.mktemp("proxied"), free_port()
    with ExitStack() as running:
        newcomer = Newcomer(folder, running)
        newcomer.environment |= {
            "WINDROW_ADMIN_PASSWORD": PASSWORD,
            "WINDROW_BASE_URL": f"https://{NAME}",
            "WINDROW_TRUSTED_PROXIES": "127.0.0.1",
        }
        assert newcomer.starts("up", "--port", port, "--workers", "1", "--json").address() == f"https://{NAME}"
        yield running.enter_context(Proxy(folder, port))


def test_links_lead_to_the_outer_name(proxy: Proxy) -> None:
    answer, text = proxy.ask("GET", "/catalogue")

    assert answer.status == 200
    assert f"https://{NAME}/catalogue/" in text
    assert "127.0.0.1" not in text


def test_one_can_sign_in_by_a_form_and_the_cookie_is_for_tls_only(proxy: Proxy) -> None:
    answer, text = proxy.ask("POST", "/sign-in", urlencode({"name": "admin", "password": PASSWORD}))

    assert answer.status == 303, text
    assert "; Secure" in str(answer.getheader("Set-Cookie"))


def test_an_api_that_is_down_is_not_noticed(proxy: Proxy) -> None:
    assert {proxy.ask("GET", "/readyz")[0].status for _ in range(8)} == {200}


def test_figures_stay_inside(proxy: Proxy) -> None:
    assert proxy.ask("GET", "/metrics")[0].status == 401, "this machine may ask, and must sign in"
