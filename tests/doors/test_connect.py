"""The JSON door: what the Connect protocol wants of unary calls, and the site's rules before ScmService."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zlib
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode
from wsgiref.util import setup_testing_defaults

import grpc
import pytest
from django.test import Client, override_settings
from google.protobuf.empty_pb2 import Empty
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sentry_scm_grpc.interceptors.errors import ErrorInterceptor
from sentry_scm_grpc.server.web import ScmGrpcWSGI
from sentry_scm_grpc.testing import factories
from tests.scenarios import scenarios_pb2 as pb
from tests.scenarios.scenarios_pb2_grpc import add_ScenarioServiceServicer_to_server
from tests.scenarios.servicer import ScenarioServicer

LIMIT = 10_000
ECHO = "/grpc/scm.scenarios.v1.ScenarioService/Echo"
FAIL = "/grpc/scm.scenarios.v1.ScenarioService/Fail"
PAGE = "https://app.example"


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        assert self.headers["content-type"] == "application/json"
        return json.loads(self.body)

    @property
    def code(self) -> tuple[int, str]:
        return self.status, self.json["code"]


def scenario_server(servicer: ScenarioServicer | None = None) -> ScmGrpcWSGI:
    made = ScmGrpcWSGI(interceptors=[ErrorInterceptor()], max_receive_bytes=LIMIT, cors_origins=[PAGE])
    add_ScenarioServiceServicer_to_server(servicer or ScenarioServicer(), made)
    return made


SERVER = scenario_server()


def call(path: str, body: bytes = b"", verb: str = "POST", server: ScmGrpcWSGI = SERVER, **environ: Any) -> Reply:
    path, _, query = path.partition("?")
    given = {
        "REQUEST_METHOD": verb,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "CONTENT_TYPE": "application/json" if verb == "POST" else "",
        **environ,
    }
    setup_testing_defaults(given)
    got: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
        got["status"], got["headers"] = int(status.split()[0]), {name.lower(): value for name, value in headers}

    return Reply(body=b"".join(server(given, start_response)), **got)  # type: ignore[arg-type]


def echo(body: bytes | str = b'{"text": "hello"}', **environ: Any) -> Reply:
    return call(ECHO, body.encode() if isinstance(body, str) else body, **environ)


class TestPost:
    def test_json(self) -> None:
        reply = echo(json.dumps({"text": "grüße", "data": base64.b64encode(b"\0\xff").decode()}))
        assert reply.status == 200
        assert reply.json == {"text": "grüße", "data": "AP8="}

    def test_the_paths_answer_without_the_prefix_too(self) -> None:
        assert call(ECHO.removeprefix("/grpc"), b"{}").json == {}

    def test_protobuf(self) -> None:
        message = pb.EchoRequest(text="hello").SerializeToString()
        reply = echo(message, CONTENT_TYPE="application/proto")
        assert reply.headers["content-type"] == "application/proto"
        assert pb.EchoResponse.FromString(reply.body).text == "hello"

    @pytest.mark.parametrize(
        "content_type", ["application/json; charset=utf-8", "Application/JSON;charset=UTF-8", "application/json ;"]
    )
    def test_media_types_are_parsed(self, content_type: str) -> None:
        assert echo(CONTENT_TYPE=content_type).json == {"text": "hello"}

    @pytest.mark.parametrize(
        "content_type",
        [
            "text/plain",
            "text/plain; x=application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/json; charset=utf-16",
            "application/jsonp",
            "application/connect+json",
            "",
        ],
    )
    def test_other_content_types_are_refused(self, content_type: str) -> None:
        reply = echo(CONTENT_TYPE=content_type)
        assert reply.status == 415
        assert "application/json" in reply.headers["accept-post"]
        assert b"Send 'Content-Type: application/json'" in reply.body

    def test_unknown_fields_are_ignored_as_in_protobufs_binary_form(self) -> None:
        assert echo('{"text": "hello", "fromANewerContract": 1}').json == {"text": "hello"}

    @pytest.mark.parametrize(
        "body",
        [
            "",
            " ",
            "1",
            "{",
            '{"text": 1}',
            '{"answerBytes": 99999999999}',
            "[" * 9999,
            '{"answerBytes": 1e400}',
            '{"data": "hello world!"}',
            '{"\\ud800": [null]}',
            '{"answerBytes": "\\ud800"}',
            b"\xff\xfe{}",
        ],
        ids=lambda body: repr(body[:12]),
    )
    def test_what_is_no_json_of_the_message_is_an_invalid_argument(self, body: str | bytes) -> None:
        assert echo(body).code == (400, "invalid_argument")

    @pytest.mark.parametrize("text", ["+/8=", "-_8", "aGVs\nbG8=\n", ""])
    def test_bytes_are_base64_in_either_alphabet_and_in_lines(self, text: str) -> None:
        assert echo(json.dumps({"data": text})).status == 200

    def test_what_is_no_protobuf_is_an_invalid_argument(self) -> None:
        assert echo(b"\xff\xff", CONTENT_TYPE="application/proto").code == (400, "invalid_argument")

    @examples(deadline=None)
    @given(st.binary(max_size=60), st.sampled_from(["application/json", "application/proto"]))
    def test_whatever_the_body_the_answer_is_one_of_connect(self, body: bytes, content_type: str) -> None:
        reply = echo(body, CONTENT_TYPE=content_type)
        assert reply.status == 200 or reply.code == (400, "invalid_argument")

    def test_a_body_without_a_length_is_read_to_its_end(self) -> None:
        assert echo(CONTENT_LENGTH="", **{"wsgi.input_terminated": True}).json == {"text": "hello"}

    def test_a_body_that_breaks_off_is_an_invalid_argument(self) -> None:
        assert echo(CONTENT_LENGTH="100").code == (400, "invalid_argument")

    def test_another_version_of_the_protocol_is_refused(self) -> None:
        assert echo(HTTP_CONNECT_PROTOCOL_VERSION="1").status == 200
        assert echo(HTTP_CONNECT_PROTOCOL_VERSION="2").code == (400, "invalid_argument")


class TestCompression:
    def test_a_request_in_gzip(self) -> None:
        assert echo(gzip.compress(b'{"text": "hello"}'), HTTP_CONTENT_ENCODING="gzip").json == {"text": "hello"}

    @pytest.mark.parametrize(
        "broken",
        [b"no gzip", gzip.compress(b"{}")[:-3], gzip.compress(b"{}") + b"x"],
        ids=["not gzip", "cut off", "more after the end"],
    )
    def test_what_is_no_gzip_is_an_invalid_argument(self, broken: bytes) -> None:
        assert echo(broken, HTTP_CONTENT_ENCODING="gzip").code == (400, "invalid_argument")

    def test_another_compression_is_unimplemented_and_told_which_are(self) -> None:
        reply = echo(HTTP_CONTENT_ENCODING="br")
        assert reply.code == (501, "unimplemented")
        assert reply.headers["accept-encoding"] == "gzip"

    def test_long_answers_are_in_gzip_for_who_takes_it(self) -> None:
        reply = echo('{"answerBytes": 5000}', HTTP_ACCEPT_ENCODING="br, gzip;q=0.5")
        assert reply.headers["content-encoding"] == "gzip"
        assert len(reply.body) == int(reply.headers["content-length"]) < 1000
        assert len(json.loads(zlib.decompress(reply.body, 31))["data"]) == 6668
        for accepted in ("", "br", "gzip;q=0"):
            assert "content-encoding" not in echo('{"answerBytes": 5000}', HTTP_ACCEPT_ENCODING=accepted).headers

    def test_short_answers_are_not(self) -> None:
        assert "content-encoding" not in echo(HTTP_ACCEPT_ENCODING="gzip").headers


class TestLimits:
    def test_a_declared_length_beyond_the_limit_is_refused(self) -> None:
        assert echo(b" " * (LIMIT + 1)).code == (429, "resource_exhausted")

    def test_a_body_without_a_length_beyond_the_limit_is_refused(self) -> None:
        reply = echo(b" " * (LIMIT + 1), CONTENT_LENGTH="", **{"wsgi.input_terminated": True})
        assert reply.code == (429, "resource_exhausted")

    def test_what_inflates_beyond_the_limit_is_refused(self) -> None:
        bomb = gzip.compress(b" " * 10_000_000)
        assert len(bomb) < LIMIT
        assert echo(bomb, HTTP_CONTENT_ENCODING="gzip").code == (429, "resource_exhausted")
        query = urlencode(
            {"encoding": "json", "compression": "gzip", "base64": 1, "message": base64.urlsafe_b64encode(bomb)}
        )
        assert call(f"{ECHO}?{query}", verb="GET").code == (429, "resource_exhausted")

    def test_the_body_of_a_refused_call_is_read_so_that_the_connection_can_be_used_again(self) -> None:
        body = io.BytesIO(b" " * (LIMIT + 1))
        call(ECHO, CONTENT_LENGTH=str(LIMIT + 1), **{"wsgi.input": body})
        assert body.read() == b""


class TestGet:
    @pytest.mark.parametrize(
        "query",
        [
            {"connect": "v1", "encoding": "json", "message": '{"text":"grüße"}'},
            {"encoding": "json", "message": '{"text":"grüße"}'},
            {"encoding": "json", "base64": "1", "message": base64.urlsafe_b64encode('{"text":"grüße"}'.encode())},
            {
                "encoding": "json",
                "base64": "1",
                "compression": "gzip",
                "message": base64.urlsafe_b64encode(gzip.compress('{"text":"grüße"}'.encode())).rstrip(b"="),
            },
        ],
    )
    def test_of_what_changes_nothing(self, query: dict[str, str | bytes]) -> None:
        reply = call(f"{ECHO}?{urlencode(query)}", verb="GET")
        assert reply.json == {"text": "grüße"}
        assert reply.headers["cache-control"] == "no-store"

    def test_protobuf(self) -> None:
        message = pb.EchoRequest(data=bytes(range(256))).SerializeToString()
        for query in (
            f"encoding=proto&message={quote(message)}",
            f"encoding=proto&base64=1&message={base64.urlsafe_b64encode(message).decode()}",
        ):
            reply = call(f"{ECHO}?{query}", verb="GET")
            assert pb.EchoResponse.FromString(reply.body).data == bytes(range(256))

    def test_of_what_may_change_something_is_refused(self) -> None:
        reply = call(f"{FAIL}?connect=v1&encoding=json&message={{}}", verb="GET")
        assert reply.status == 405
        assert reply.headers["allow"] == "POST"

    @pytest.mark.parametrize(
        "query",
        [
            "",
            "connect=v2&encoding=json&message={}",
            "encoding=xml&message={}",
            "encoding=json",
            "encoding=json&base64=1&message=a",
            "encoding=proto&base64=1&message=@@@@",
        ],
    )
    def test_what_is_wrong_in_the_query_is_said(self, query: str) -> None:
        assert call(f"{ECHO}?{query}", verb="GET").code == (400, "invalid_argument")

    @pytest.mark.parametrize("verb", ["PUT", "DELETE", "PATCH"])
    def test_other_verbs_are_refused(self, verb: str) -> None:
        assert call(ECHO, b"{}", verb).status == 405

    @pytest.mark.parametrize("verb", ["OPTIONS", "PUT"])
    def test_allow_lists_get_for_what_changes_nothing_alone(self, verb: str) -> None:
        assert call(ECHO, b"{}", verb).headers["allow"] == "GET, POST, OPTIONS"
        assert call(FAIL, b"{}", verb).headers["allow"] == "POST, OPTIONS"


class TestErrors:
    @pytest.mark.parametrize("status", [status for status in grpc.StatusCode if status is not grpc.StatusCode.OK])
    def test_each_status_has_its_name_and_an_http_status(self, status: grpc.StatusCode) -> None:
        reply = call(FAIL, json.dumps({"code": status.value[0], "message": "why"}).encode())
        assert reply.status >= 400
        assert reply.json == {"code": status.name.lower().replace("cancelled", "canceled"), "message": "why"}

    def test_details_are_bytes_for_clients_and_json_for_people(self) -> None:
        reply = call(FAIL, b'{"withDetails": true, "message": "is bad"}')
        info, violations = reply.json["details"]
        assert info["type"] == "google.rpc.ErrorInfo"
        assert info["debug"] == {"reason": "SCENARIO", "domain": "scm.sentry"}
        assert b"SCENARIO" in base64.b64decode(info["value"] + "==")
        assert violations["debug"]["fieldViolations"] == [{"field": "text", "description": "is bad"}]

    def test_errors_are_json_for_callers_in_protobuf_too(self) -> None:
        message = pb.FailRequest(code=5, message="gone").SerializeToString()
        assert call(FAIL, message, CONTENT_TYPE="application/proto").code == (404, "not_found")

    def test_an_unexpected_exception_keeps_its_text(self) -> None:
        reply = call(FAIL, b'{"raise": true, "message": "secret"}')
        assert reply.code == (500, "internal")
        assert b"secret" not in reply.body

    def test_an_rpc_that_nobody_has_is_not_found(self) -> None:
        for path in (f"{ECHO}s", "/grpc/no.such.Service/Rpc"):
            assert call(path, b"{}").code == (404, "unimplemented")

    def test_a_mistyped_rpc_is_told_its_name(self) -> None:
        name = ECHO.rpartition("/")[2]
        assert call(f"{ECHO}s", b"{}").json["message"].endswith(f"Did you mean {name}?")
        assert "Did you mean" not in call("/grpc/no.such.Service/Rpc", b"{}").json["message"]

    def test_what_is_not_below_the_prefix_and_no_service_is_left_to_the_site(self) -> None:
        site = scenario_server()
        site._application = lambda environ, start_response: (start_response("200 OK", []), [b"the site's"])[1]
        assert call("/api/0/projects/", b"{}", server=site).body == b"the site's"

    def test_a_stream_is_refused_with_what_carries_streams(self) -> None:
        reply = call("/grpc/scm.scenarios.v1.ScenarioService/Count", b"{}")
        assert reply.code == (415, "unimplemented")
        assert "application/grpc-web" in reply.headers["accept-post"]

    def test_a_response_that_has_no_json_is_internal(self) -> None:
        class Far(ScenarioServicer):
            def Echo(self, request: Any, context: Any) -> Any:
                return Timestamp(seconds=10**15)

        server = scenario_server(Far())
        assert call(ECHO, b"{}", server=server).code == (500, "internal")

    def test_a_response_that_is_no_message_is_internal(self) -> None:
        class Forgetful(ScenarioServicer):
            def Echo(self, request: Any, context: Any) -> Any:
                return None

        assert call(ECHO, b"{}", server=scenario_server(Forgetful())).code == (500, "internal")

    def test_an_interceptor_that_fails_is_unknown(self) -> None:
        class Broken(grpc.ServerInterceptor):  # type: ignore[type-arg]
            def intercept_service(self, continuation: Any, details: Any) -> Any:
                raise RuntimeError("secret")

        server = ScmGrpcWSGI(interceptors=[Broken()])
        add_ScenarioServiceServicer_to_server(ScenarioServicer(), server)
        reply = call(ECHO, b"{}", server=server)
        assert reply.code == (500, "unknown")
        assert b"secret" not in reply.body
        assert reply.headers["trailer-x-request-id"]


class TestContext:
    def test_metadata_both_ways(self) -> None:
        reply = echo(HTTP_X_ECHO="ping", HTTP_X_ECHO_BIN="AAE")
        assert (reply.headers["x-echo-initial"], reply.headers["x-echo-initial-bin"]) == ("ping", "AAE")
        assert (reply.headers["trailer-x-echo-trailing"], reply.headers["trailer-x-echo-trailing-bin"]) == (
            "ping",
            "AAE",
        )

    def test_the_protocols_own_headers_are_no_metadata(self) -> None:
        seen: dict[str, Any] = {}

        class Curious(ScenarioServicer):
            def Nothing(self, request: Empty, context: grpc.ServicerContext) -> Empty:
                seen.update(dict(context.invocation_metadata()))
                return Empty()

        path = "/grpc/scm.scenarios.v1.ScenarioService/Nothing"
        headers = {"HTTP_CONNECT_PROTOCOL_VERSION": "1", "HTTP_CONNECT_TIMEOUT_MS": "5000", "HTTP_X_OWN": "1"}
        call(path, b"{}", server=scenario_server(Curious()), **headers)
        assert seen == {"x-own": "1"}

    def test_metadata_that_cannot_be_sent_is_internal(self) -> None:
        class Forging(ScenarioServicer):
            def Echo(self, request: Any, context: Any) -> Any:
                context.set_trailing_metadata([("x-a", "1\r\nset-cookie: b")])
                return pb.EchoResponse()

        reply = call(ECHO, b"{}", server=scenario_server(Forging()))
        assert reply.code == (500, "internal")
        assert "trailer-x-a" not in reply.headers

    def test_the_deadline_is_known_and_kept(self) -> None:
        assert 4 < echo(HTTP_CONNECT_TIMEOUT_MS="5000").json["secondsLeft"] <= 5
        path = "/grpc/scm.scenarios.v1.ScenarioService/Sleep"
        late = call(path, b'{"milliseconds": 100}', HTTP_CONNECT_TIMEOUT_MS="20")
        assert late.code == (504, "deadline_exceeded")
        assert echo(HTTP_CONNECT_TIMEOUT_MS="0").code == (504, "deadline_exceeded")

    @pytest.mark.parametrize("value", ["", "soon", "-1", "1.5", "12345678901", "٣"])
    def test_a_deadline_that_is_none_is_an_invalid_argument(self, value: str) -> None:
        assert echo(HTTP_CONNECT_TIMEOUT_MS=value).code == (400, "invalid_argument")


class TestCors:
    def test_a_page_of_a_listed_origin_can_read_answers_and_errors(self) -> None:
        for reply in (echo(HTTP_ORIGIN=PAGE, HTTP_X_ECHO="ping"), echo("no json", HTTP_ORIGIN=PAGE)):
            assert reply.headers["access-control-allow-origin"] == PAGE
        exposed = echo(HTTP_ORIGIN=PAGE, HTTP_X_ECHO="ping").headers["access-control-expose-headers"]
        assert {"x-echo-initial", "trailer-x-echo-trailing"} <= {name.strip() for name in exposed.split(",")}

    def test_no_other_can(self) -> None:
        assert "access-control-allow-origin" not in echo(HTTP_ORIGIN="https://evil.example").headers


@pytest.mark.django_db
class TestScmService:
    """Through Django and its middleware."""

    PATH = "/grpc/sentry.integrations.scm.v1.ScmService/"

    @pytest.fixture
    def mine(self) -> tuple[Any, dict[str, str]]:
        organization = factories.OrganizationFactory()
        return organization, {"HTTP_X_API_KEY": factories.ApiKeyFactory(organization=organization).plain}

    def post(self, rpc: str, body: Any, **headers: str) -> Any:
        return Client().post(self.PATH + rpc, body, content_type="application/json", **headers)

    def test_rows(self, mine: tuple[Any, dict[str, str]]) -> None:
        organization, headers = mine
        repository = factories.RepositoryFactory(organization=organization, name="acme/rocket")
        reply = self.post("GetRepository", {"repositoryId": repository.id}, **headers)
        assert reply.status_code == 200
        assert (reply.json()["id"], reply.json()["name"]) == (str(repository.id), "acme/rocket")

    def test_no_credentials(self) -> None:
        assert self.post("GetRepository", {"repositoryId": 1}).status_code == 401

    def test_foreign_rows_are_not_found(self, mine: tuple[Any, dict[str, str]]) -> None:
        repository = factories.RepositoryFactory()
        reply = self.post("GetRepository", {"repositoryId": repository.id}, **mine[1])
        assert (reply.status_code, reply.json()["code"]) == (404, "not_found")

    def test_validation(self, mine: tuple[Any, dict[str, str]]) -> None:
        reply = self.post("GetRepository", {}, **mine[1])
        assert reply.status_code == 400
        violations = reply.json()["details"][1]["debug"]["fieldViolations"]
        assert [violation["field"] for violation in violations] == ["repository_id"]

    def test_what_is_switched_off_is_unimplemented(self, mine: tuple[Any, dict[str, str]]) -> None:
        with override_settings(SCM_GRPC={"RPCS": ["-GetRepository", "read"], "AUTHENTICATORS": ["api_key"]}):
            reply = self.post("GetRepository", {"repositoryId": 1}, **mine[1])
        assert (reply.status_code, reply.json()["code"]) == (501, "unimplemented")
