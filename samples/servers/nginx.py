"""nginx as a web folder: lists its files, answers conditional requests by ETag and Last-Modified."""

import getpass
from pathlib import Path

from samples.servers.daemon import Daemon, free_port, program

_CONFIGURATION = """\
daemon off;
user {user};
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 256; }}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  types {{ application/xml xml; application/json json; text/html html; }}
  default_type application/octet-stream;
  server {{
    listen 127.0.0.1:{port};
    root {files};
    autoindex on;
    etag on;
  }}
}}
"""


class Nginx(Daemon):
    """A running nginx that serves the folder `files` at `url`; its own files go into `folder`."""

    def __init__(self, folder: Path, files: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        configuration = folder / "nginx.conf"
        configuration.write_text(_CONFIGURATION.format(folder=folder, files=files, port=port, user=getpass.getuser()))
        self.url = f"http://127.0.0.1:{port}/"
        self._access_log = folder / "access.log"
        command = [program("nginx", "nginx-light"), "-p", folder, "-e", "stderr", "-c", configuration]
        super().__init__(command, folder, port)

    def requests(self) -> list[str]:
        """The requests so far, such as `GET /a.xml 304`; each is written down only after its answer."""
        lines = [line.split('"') for line in self._access_log.read_text().splitlines()]
        return [f"{line[1].rsplit(' ', 1)[0]} {line[2].split()[0]}" for line in lines]
