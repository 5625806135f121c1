"""Codes of metadata standards as plain words."""


def type_word(text: str) -> str:
    """The kind of resource in lower case: the word at the end of `http://purl.org/dc/dcmitype/Dataset`, too."""
    if text.startswith(("http:", "https:", "info:", "urn:")):
        text = text.rstrip("/#").replace("#", "/").rpartition("/")[2]
    return text.lower()
