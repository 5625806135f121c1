"""Runs in pycsw's own environment: loads records into a new SQLite file and serves CSW and OAI-PMH from it.

    python pycsw_child.py PORT PAGE TRANSACTIONS LOADED FOLDER_OF_RECORDS...

The first line of its output is its address (port 0 takes a free one). It ends when its standard input does.
LOADED is a database file to start from when it exists, and to be made when it does not; `-` is none.
"""

import multiprocessing
import os
import shutil
import sys
import threading
from functools import cache
from pathlib import Path

import waitress
from lxml import etree
from pycsw import wsgi
from pycsw.core import admin, metadata, repository
from pycsw.core.config import StaticContext
from sqlalchemy import MetaData, Table, create_engine, event
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
transactions={transactions}
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


def load(folders):
    """Put every record of the folders into the database, in one transaction; equal identifiers once.

    Nearly all the time goes into reading, so all processors read.
    """
    admin.setup_db(DATABASE, "records", "")
    paths = [str(path) for folder in folders for path in sorted(Path(folder).rglob("*.xml"))]
    with multiprocessing.Pool() as readers:
        rows = [row for some in readers.imap(read, paths, chunksize=20) for row in some]
    by_identifier = {row["identifier"]: row for row in reversed(rows)}
    engine = create_engine(DATABASE)
    with engine.begin() as connection:
        connection.execute(Table("records", MetaData(), autoload_with=engine).insert(), list(by_identifier.values()))
    engine.dispose()
    return len(by_identifier)


@cache
def reading_room():
    """What pycsw wants at hand when it reads a document; made once per process."""
    context = StaticContext()
    return context, repository.Repository(DATABASE, context, table="records")


def read(path):
    """The rows of one file."""
    context, store = reading_room()
    records = metadata.parse_record(context, etree.parse(path, context.parser), store)
    return [{name: text(getattr(record, name)) for name in list(record.__table__.columns.keys())} for record in records]


def text(value):
    """As the database wants it."""
    return value.decode() if isinstance(value, bytes) else value


def prepare(loaded, folders):
    """The database, from what was loaded earlier or from the folders."""
    if loaded == "-":
        return load(folders)
    if not Path(loaded).exists():
        load(folders)
        shutil.copyfile("records.sqlite", f"{loaded}.{os.getpid()}")
        os.replace(f"{loaded}.{os.getpid()}", loaded)
    shutil.copyfile(loaded, "records.sqlite")
    return "all"


def end_with_standard_input():
    """Whoever started us holds the other end; it closes even when they are killed."""
    while os.read(0, 1):  # not sys.stdin: its lock, held here, would stop the readers that are forked off
        pass
    os._exit(0)


def main():
    """Load, bind, say where, serve."""
    port, page, transactions, loaded, *folders = sys.argv[1:]
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    print(prepare(loaded, folders), "records loaded", file=sys.stderr)
    server = waitress.create_server(wsgi.application, host="127.0.0.1", port=int(port), threads=4)
    url = f"http://127.0.0.1:{server.effective_port}/csw"
    Path("pycsw.cfg").write_text(CONFIGURATION.format(url=url, page=page, transactions=transactions, database=DATABASE))
    os.environ["PYCSW_CONFIG"] = str(Path("pycsw.cfg").resolve())
    print(url, flush=True)
    sys.stdout = sys.stderr  # pycsw prints every request's path
    server.run()


if __name__ == "__main__":
    main()
