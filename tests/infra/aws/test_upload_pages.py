"""The pages work from a bucket, on another origin than the API's."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from infra.aws.upload_pages import STATIC, upload, uploads
from tests.servers import Server, uvicorn
from tests.static.browser import Visitor

API = "https://api.example.org"


def test_every_file_is_uploaded_with_the_type_that_a_browser_wants() -> None:
    types = {each.key: each.content_type for each in uploads(API)}
    assert types.pop("openapi.json") == "application/json"
    assert types.pop("docs") == types["docs.html"]
    assert len(types) == sum(path.is_file() for path in STATIC.rglob("*"))
    assert types["index.html"] == "text/html; charset=utf-8"
    assert types["gymnasium.js"] == "text/javascript; charset=utf-8"
    assert types["style.css"] == "text/css; charset=utf-8"
    assert types["icon.svg"] == "image/svg+xml"


@pytest.mark.parametrize("given", [API, API + "/"])
def test_only_the_configuration_names_the_api(given: str) -> None:
    named = {each.key: each.body for each in uploads(given) if API.encode() in each.body}
    assert [*named] == ["config.js"]
    assert b'export const API_URL = "https://api.example.org";' in named["config.js"]


def test_everything_else_is_uploaded_as_it_is() -> None:
    made = {"config.js", "openapi.json", "docs"}
    assert all(each.body == (STATIC / each.key).read_bytes() for each in uploads(API) if each.key not in made)


@pytest.mark.parametrize("address", ["", "api.example.org", "javascript:alert(1)", "https://", "https://a/?b=c"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="is not the address of an API"):
        [*uploads(address)]


def test_a_configuration_without_a_place_for_the_address_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.js").write_text("export const OTHER = 1;")
    with pytest.raises(ValueError, match="0 places"):
        [*uploads(API, tmp_path)]


@pytest.fixture(scope="module")
def bucket() -> Iterator[tuple[Any, str]]:
    """A client of an S3 server that answers whoever asks, and the address of a bucket of pages there."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    _, port = server.get_host_and_port()
    client = boto3.session.Session().client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    client.create_bucket(Bucket="site")
    for_all = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::site/*"}
    client.put_bucket_policy(Bucket="site", Policy=json.dumps({"Version": "2012-10-17", "Statement": [for_all]}))
    yield client, f"http://127.0.0.1:{port}/site"
    client.close()
    server.stop()


@pytest.fixture
def alone(bucket: tuple[Any, str], tmp_path: Path) -> Iterator[Server]:
    """A function alone, which the pages in the bucket call."""
    with uvicorn("functions.health:app", GYM_HTTP_STORE=f"sqlite:///{tmp_path}/snapshots.db") as running:
        upload("site", "", running.url, bucket[0])
        yield running


def test_pages_in_a_bucket_call_the_api_on_its_own_origin_and_need_no_document_of_the_functions(
    bucket: tuple[Any, str], alone: Server, visitor: Visitor
) -> None:
    visitor.expected.append("404")
    client, address = bucket
    head = client.head_object(Bucket="site", Key="agent.html")
    assert (head["ContentType"], head["CacheControl"]) == ("text/html; charset=utf-8", "no-cache")
    page = visitor.open(f"{address}/index.html")
    page.locator("#health[data-state=up]").wait_for()
    assert alone.url in page.locator("#curl").inner_text()
    page.goto(f"{address}/docs.html")
    page.locator("body[data-ready]").wait_for(state="attached")
    assert page.locator('.opblock[id$="-step_env"]').count() == 1
    call = page.locator('.opblock[id$="-health"]')
    call.locator(".opblock-summary-control").click()
    call.get_by_role("button", name="Try it out").click()
    call.get_by_role("button", name="Execute").click()
    assert call.locator(".request-url").inner_text().strip().endswith(f"{alone.url}/v1/health/")
    page.close()
