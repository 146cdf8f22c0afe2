"""What Schemathesis is to know of the API beside its document. See CONTRIBUTING.md for how it is run."""

import json
import re
import subprocess
import tempfile
from pathlib import Path

import schemathesis
from hypothesis import strategies as st

# Requests that are valid by the schemas and refused with 422, each for a reason that no JSON schema can say. The first
# three are what the Go service answered, and scripts rely on; the document says each at the 422 of its operation.
UNSAID = [
    r"event with same event string exist",
    r"event is associated with some webhook",
    r"event_ids: there is no event [0-9, …]+",
    r"since must be before until, (and not in the future|for example .*)",
    r"send ids or filter, not both",
    r"send ids, or a filter such as .*",
    r"a cursor belongs to a filter: leave it out",
    r"this Idempotency-Key belongs to another request; use a new key",
    r"Hukz-Delay: one delivery time a message, by Hukz-Deliver-At or by Hukz-Delay",
    r"the messages of a batch are in its body; each names its own subject",
    r"headers: a header may be named only once, in any case",
    r'the subject ".*" belongs to NATS, to replies or to hukz itself',
    r"(events|webhooks)\[[0-9]+\]\.(key|event): (events|webhooks)\[[0-9]+\] has the same",
    r"webhooks\[[0-9]+\]\.events: there is no event .*",
    r"webhooks\[[0-9]+\].*: a placeholder means the stored secret, and there is none; send the secret itself",
    r"a declaration has at most [0-9]+ events and webhooks",
    r"event_ids: no event has the key .*",
    r"the type of a CloudEvent is its subject, so Hukz-Event may not be given",
    r"a batch has no Idempotency-Key; each message has an id of its own",
    r"tags have at most 12288 bytes of JSON in total, and these have [0-9]+",
    r"no space has the (key|number) .*",
    r"filter: .*",
    r"give either a role or scopes",
    r"the role [a-z_]+ (has all|names its) spaces.*",
    r"[a-z]+:[a-z]+ is about all spaces, .*",
    r"only a token that publishes has events",
    r"expires_at must be in the future",
]
# The routes of webhooks-rs (COMPAT) refuse with 400, and their bodies have another form.
PREFIX = "/application"
# 412: no schema knows the revision that a resource has. 431: a schema bounds each parameter, and not all of them together.
EXPECTED = {401, 403, 404, 409, 412, 429, 431}


@schemathesis.check
def valid_requests_are_taken(ctx, response, case):
    """In place of positive_data_acceptance: that one would allow every 422 of an operation, or none."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if response.status_code < 400 or response.status_code >= 500 or response.status_code in EXPECTED:
        return
    if response.status_code in (400, 422) and all(is_unsaid(sentence) for sentence in sentences_of(case, response)):
        return
    raise AssertionError(f"a valid request was refused: {response.status_code} {response.text}")


def sentences_of(case, response):
    body = response.json()
    if case.operation.path.startswith(PREFIX):
        return body["messages"] or [body["error"]]
    return [error["message"] for error in body["errors"]] if response.status_code == 422 else [response.text]


def is_unsaid(message):
    return any(re.fullmatch(pattern, message) for pattern in UNSAID)


@schemathesis.hook
def filter_case(ctx, case):
    """Leaves out the headers that no document can forbid, which the tool takes for a mistake."""
    return not any(name.lower().startswith("x-schemathesis-") for name in case.headers or {})


def make_pair():
    """A certificate and its key: no schema says which texts are one."""
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = Path(folder, "key.pem"), Path(folder, "certificate.pem")
        command = "openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 365 -subj /CN=fuzz"
        subprocess.run([*command.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
        return certificate.read_text(), key.read_text()


CERTIFICATE, KEY = make_pair()
schemathesis.openapi.format("pem-certificates", st.just(CERTIFICATE))
schemathesis.openapi.format("pem-private-key", st.just(KEY))


@schemathesis.serializer("application/x-ndjson")
def lines(ctx, value):
    return json.dumps(value).encode() + b"\n"
