"""A page is asked for by numbers and cursors that are checked, and the next one is told as RFC 8288 says."""

import re

import pytest
from starlette.datastructures import QueryParams

from shared.errors import InvalidValue
from shared.session.stored.reference import Reference
from shared.web.protocol.pages import PageAsked, link_to_next, page_asked

LAST = Reference("ann", "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11")


def test_without_limit_and_cursor_no_page_is_asked_for() -> None:
    assert page_asked(QueryParams("owners=all"), ["ann"], 1000) is None


@pytest.mark.parametrize(("query", "limit"), [("limit=1", 1), ("limit=1000", 1000), ("limit=007", 7)])
def test_a_limit_is_the_length_of_the_first_page(query: str, limit: int) -> None:
    assert page_asked(QueryParams(query), ["ann"], 1000) == PageAsked(limit, None)


def test_a_link_leads_to_what_stands_behind_the_page_with_the_same_query() -> None:
    link = link_to_next(QueryParams("owners=all&limit=5&cursor=old"), LAST)
    target = re.fullmatch(r'<\?(.*)>; rel="next"', link)
    assert target is not None
    query = QueryParams(target[1])
    assert (query["owners"], query.getlist("cursor")) == ("all", [query["cursor"]])
    assert page_asked(query, ["ann"], 1000) == PageAsked(5, LAST)


def test_a_cursor_alone_takes_the_longest_pages() -> None:
    link = link_to_next(QueryParams("limit=5"), LAST)
    cursor = QueryParams(link[2 : link.index(">")])["cursor"]
    assert page_asked(QueryParams({"cursor": cursor}), ["ann"], 1000) == PageAsked(1000, LAST)


def test_a_cursor_of_someone_elses_list_is_refused() -> None:
    link = link_to_next(QueryParams("limit=5"), LAST)
    with pytest.raises(InvalidValue, match="none of this list's"):
        page_asked(QueryParams(link[2 : link.index(">")]), ["bob"], 1000)


def test_whatever_a_query_names_a_link_keeps_its_form() -> None:
    link = link_to_next(QueryParams([("limit", "5"), ("owners", 'all>; rel="prev"\r\nX: 1')]), LAST)
    assert re.fullmatch(r'<\?[A-Za-z0-9=&%+._-]*>; rel="next"', link)
