"""A class's links carry what the join page reads, and the page to print is safe."""

from urllib.parse import parse_qs, urlsplit

from infra.classroom.links import links, page

KEYS = {"teacher": "t-secret", "student-01": "a&b=c"}


def test_the_secret_is_in_the_fragment_which_no_server_is_sent() -> None:
    for name, link in links("http://host:5000", KEYS).items():
        parts = urlsplit(link)
        assert (parts.path, parts.query) == ("/join.html", "")
        assert parse_qs(parts.fragment)["key"] == [KEYS[name]]


def test_students_open_the_lesson_and_the_teacher_the_monitor() -> None:
    found = links("http://host", KEYS, "ALE/Pong-v5&hide=share,copy")
    student = parse_qs(urlsplit(found["student-01"]).fragment)
    assert (student["lesson"], student["hide"]) == (["ALE/Pong-v5"], ["share,copy"])
    assert parse_qs(urlsplit(found["teacher"]).fragment)["page"] == ["monitor.html"]
    assert "page" not in student


def test_the_page_to_print_has_every_link_and_no_markup_of_others() -> None:
    printed = page(links("http://host/<b>", KEYS))
    assert printed.count("<li>") == 2
    assert "<b>/join" not in printed
