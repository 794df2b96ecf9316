"""The pages behind a proxy that serves them below a path call the API beside them."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.servers import Server
from tests.static.browser import Visitor


@pytest.fixture
def prefixed(pages_server: Server, leaving: Callable[[], None]) -> Iterator[str]:
    """The server's address behind a proxy that takes `/gym` off the paths, and has nothing else."""

    class Proxy(BaseHTTPRequestHandler):
        def _forward(self) -> None:
            if not self.path.startswith("/gym/"):
                self.send_error(404)
                return
            sent = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name: value for name, value in self.headers.items() if name.lower() == "origin"}
            headers |= {"host": self.headers["host"], "x-forwarded-prefix": "/gym"}
            reply = pages_server.send(self.command, self.path.removeprefix("/gym"), sent, headers)
            self.send_response(reply.status)
            for name in ("content-type", "content-security-policy", "location"):
                if name in reply.headers:
                    self.send_header(name, reply.headers[name])
            self.send_header("content-length", str(len(reply.content)))
            self.end_headers()
            self.wfile.write(reply.content)

        do_GET = do_POST = do_DELETE = _forward

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        threading.Thread(target=proxy.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{proxy.server_address[1]}/gym"
        leaving()
        proxy.shutdown()


def test_the_landing_page_and_the_documentation_work_below_a_path(newcomer: Visitor, prefixed: str) -> None:
    asked: list[str] = []
    newcomer.context.on("request", lambda request: asked.append(request.url))
    page = newcomer.open(f"{prefixed}/")
    page.locator("#health[data-state=up]").wait_for()
    assert prefixed in page.locator("#curl").inner_text()
    newcomer.open(f"{prefixed}/docs").locator("body[data-ready]").wait_for(state="attached")
    assert f"{prefixed}/openapi.json" in asked
    assert [url for url in asked if not url.startswith(f"{prefixed}/")] == []
