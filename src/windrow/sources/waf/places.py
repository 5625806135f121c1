"""Where things lie in a web folder: which links lead to its own files and folders, and what they are called."""

from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

_INDEXES = ("index.html", "index.htm", "index.php", "default.aspx", "default.htm")


def folder_url(url: str) -> str:
    """The folder's URL: without query, fragment and index page, with its slash at the end."""
    parts = urlsplit(url.strip())
    path = parts.path or "/"
    folder, _, last = path.rpartition("/")
    if last.lower() in _INDEXES:
        path = f"{folder}/"
    return urlunsplit((parts.scheme, parts.netloc, path if path.endswith("/") else f"{path}/", "", ""))


def child_of(folder: str, href: str) -> str:
    """The name of the folder's own file (`a.xml`) or subfolder (`sub/`) that a link leads to, as in the URL.

    "" for everything else: other hosts, parents, deeper places, the folder itself, links with a query.
    """
    try:
        found = urlsplit(urljoin(folder, href.strip()))
    except ValueError:
        return ""
    home = urlsplit(folder)
    if (found.scheme, found.netloc.lower()) != (home.scheme, home.netloc.lower()) or found.query:
        return ""
    name = found.path.removeprefix(home.path) if found.path.startswith(home.path) else ""
    plain = unquote(name).rstrip("/")
    # A server may decode what urljoin left alone: `%2e%2e` is a parent too.
    return "" if not plain or "/" in plain or "\\" in plain or plain in (".", "..") else name


def path_name(path: str) -> str:
    """A path within the source for people to read: `sub/a b.xml` for `sub/a%20b.xml`."""
    try:
        return unquote(path, errors="strict")
    except UnicodeDecodeError:
        return path
