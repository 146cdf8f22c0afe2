"""Verifies the vectors of this folder with Python's own functions: python3 check.py

It prints a line per scheme: its name, and how many requests were accepted and refused as the vectors say.
"""

import base64
import hashlib
import hmac
import json
import pathlib
import sys

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None


def base32hex(digest):
    return base64.b32hexencode(digest).decode().rstrip("=").lower()


def standard(secret, signed, signature):
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return hmac.compare_digest("v1," + base64.b64encode(digest).decode(), signature)


def ed25519(public_key, signed, signature):
    if not signature.startswith("v1a,"):
        return False
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key.removeprefix("whpk_"), validate=True))
    try:
        key.verify(base64.b64decode(signature.removeprefix("v1a,"), validate=True), signed)
        return True
    except InvalidSignature:
        return False


def text_scheme(mark, write):
    def check(secret, signed, signature):
        digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
        return hmac.compare_digest(mark + write(digest), signature)

    return check


CHECKS = {
    "standard": standard,
    "standard-ed25519": ed25519,
    "webhooks-emitter": text_scheme("sha256:", base32hex),
    "github": text_scheme("sha256=", bytes.hex),
}
HEADERS = {
    "standard": "webhook-signature",
    "standard-ed25519": "webhook-signature",
    "webhooks-emitter": "x-{}-signature",
    "github": "x-hub-signature-256",
}


def is_valid(scheme, key, case, now, tolerance):
    headers = {name.lower(): value for name, value in case["headers"].items()}
    body = base64.b64decode(case["body_base64"])
    name = HEADERS[scheme].format(case["prefix"].lower())
    if scheme.startswith("standard"):
        timestamp = headers["webhook-timestamp"]
        if not timestamp.isdigit() or abs(now - int(timestamp)) > tolerance:
            return False
        body = f'{headers["webhook-id"]}.{timestamp}.'.encode() + body
        signatures = headers.get(name, "").split(" ")
    else:
        signatures = [headers.get(name, ""), *headers.get(name + "-previous", "").split(",")]
    return any(CHECKS[scheme](key, body, each) for each in signatures)


def main():
    failed = 0
    for file in sorted(pathlib.Path(__file__).parent.glob("*.json")):
        vectors = json.loads(file.read_text())
        scheme, now, tolerance = vectors["scheme"], vectors["now"], vectors["tolerance_seconds"]
        if scheme == "standard-ed25519" and Ed25519PublicKey is None:
            print(f"{scheme}: skipped, the package cryptography is not installed")
            continue
        wrong = [
            f'{case["name"]}, key {key}'
            for case in vectors["accepted"]
            for key in case.get("public_keys", case["secrets"])
            if not is_valid(scheme, key, case, now, tolerance)
        ]
        wrong += [
            case["name"]
            for case in vectors["refused"]
            if is_valid(scheme, case["secret"], case, case["now"], tolerance)
        ]
        failed += len(wrong)
        for each in wrong:
            print(f"{scheme}: wrong verdict: {each}")
        print(f'{scheme}: {len(vectors["accepted"])} accepted, {len(vectors["refused"])} refused')
    sys.exit(1 if failed else 0)


main()
