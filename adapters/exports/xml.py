"""XML that every parser takes: names from anywhere, without the characters XML cannot hold."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from adapters.exports.safe import clean


def child(parent: ET.Element, tag: str, text: str = "") -> ET.Element:
    """A new element under `parent`; its text is escaped when the document is written."""
    made = ET.SubElement(parent, tag)
    if text:
        made.text = clean(text)
    return made


def document(root: ET.Element) -> bytes:
    """The document in UTF-8 with its declaration, indented."""
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content
