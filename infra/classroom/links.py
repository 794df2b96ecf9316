"""The links that a class opens, as lines for a terminal and as a page to print."""

from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qsl, urlencode

from infra.classroom.keys import TEACHER

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<title>Links of the class</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 2rem; }}
li {{ padding: 0.5rem 0; border-top: 1px dashed; break-inside: avoid; overflow-wrap: anywhere; list-style: none; }}
ul {{ padding: 0; }}
</style>
</head>
<body>
<h1>Links of the class</h1>
<p>Each link is for one person: whoever opens it works under that name. That of the teacher watches everyone.</p>
<ul>
{rows}
</ul>
</body>
</html>
"""


def links(url: str, keys: Mapping[str, str], lesson: str = "") -> dict[str, str]:
    """Each name's link. The secret is in the fragment, which browsers send to no server.

    Args:
        url: The service's address, as the students reach it.
        keys: Secrets by name.
        lesson: An environment's id, and perhaps what the page hides: `FrozenLake-v1&hide=share,copy`.
    """
    about = dict(parse_qsl(f"lesson={lesson}")) if lesson else {}
    return {
        name: f"{url}/join.html#{urlencode({'name': name, 'key': key, **_goal(name, about)})}"
        for name, key in keys.items()
    }


def _goal(name: str, about: Mapping[str, str]) -> Mapping[str, str]:
    return {"page": "monitor.html"} if name == TEACHER else about


def page(found: Mapping[str, str]) -> str:
    """The links as a page of HTML."""
    rows = (
        f'<li><b>{escape(name)}</b><br><a href="{escape(link)}">{escape(link)}</a></li>'
        for name, link in found.items()
    )
    return _PAGE.format(rows="\n".join(rows))
