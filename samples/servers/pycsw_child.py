"""Runs in pycsw's own environment: loads records into a new SQLite file and serves CSW and OAI-PMH from it.

    python pycsw_child.py PORT PAGE FOLDER_OF_RECORDS...

The first line of its output is its address (port 0 takes a free one). It ends when its standard input does.
"""

import os
import sys
import threading
from pathlib import Path

import waitress
from lxml import etree
from pycsw import wsgi
from pycsw.core import admin, metadata, repository
from pycsw.core.config import StaticContext
from sqlalchemy import event
from sqlalchemy.engine import Engine

DATABASE = f"sqlite:///{Path.cwd()}/records.sqlite"

# pycsw opens its log file only when `loglevel` is set; without a log file `loglevel` makes it fail.
CONFIGURATION = """\
[server]
home=.
url={url}
mimetype=application/xml; charset=UTF-8
encoding=UTF-8
language=en-US
maxrecords={page}
profiles=apiso
pretty_print=false
gzip_compresslevel=1

[manager]
transactions=true
allowed_ips=127.0.0.1

[metadata:main]
identification_title=Sample catalogue
identification_abstract=Real and generated metadata records
identification_keywords=catalogue,discovery,metadata
identification_keywords_type=theme
identification_fees=None
identification_accessconstraints=None
provider_name=Sample provider
provider_url={url}
contact_name=Sample contact
contact_position=Custodian
contact_address=1 Example Street
contact_city=Exampleton
contact_stateorprovince=Example
contact_postalcode=00000
contact_country=Example
contact_phone=+00-000-000
contact_fax=+00-000-000
contact_email=catalogue@example.org
contact_url={url}
contact_hours=always
contact_instructions=none
contact_role=pointOfContact

[repository]
database={database}
table=records
"""


@event.listens_for(Engine, "connect")
def _trade_safety_for_speed(connection, _record):
    """The file lives as long as the server does: nothing needs to reach the disk."""
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = WAL")


def load(folders):
    """Put every record of the folders into the database, in one transaction; equal identifiers once."""
    admin.setup_db(DATABASE, "records", "")
    context = StaticContext()
    store = repository.Repository(DATABASE, context, table="records")
    store.session.begin()
    seen = set()
    for path in (path for folder in folders for path in sorted(Path(folder).rglob("*.xml"))):
        document = etree.parse(str(path), context.parser)
        for record in metadata.parse_record(context, document, store):
            if record.identifier in seen:
                continue
            seen.add(record.identifier)
            if isinstance(record.xml, bytes):
                record.xml = record.xml.decode()
            store.session.add(record)
    store.session.commit()
    store.session.close()
    return len(seen)


def end_with_standard_input():
    """Whoever started us holds the other end; it closes even when they are killed."""
    sys.stdin.buffer.read()
    os._exit(0)


def main():
    """Load, bind, say where, serve."""
    port, page, *folders = sys.argv[1:]
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    print(load(folders), "records loaded", file=sys.stderr)
    server = waitress.create_server(wsgi.application, host="127.0.0.1", port=int(port), threads=4)
    url = f"http://127.0.0.1:{server.effective_port}/csw"
    Path("pycsw.cfg").write_text(CONFIGURATION.format(url=url, page=page, database=DATABASE))
    os.environ["PYCSW_CONFIG"] = str(Path("pycsw.cfg").resolve())
    print(url, flush=True)
    sys.stdout = sys.stderr  # pycsw prints every request's path
    server.run()


main()
