"""Who signed a request: AWS Signature Version 4 as the AWS General Reference describes it, checked from the bytes that came."""

import calendar
import hashlib
import hmac
import re
import time
import urllib.parse

AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/,]+)/(\d{8})/([^/,]+)/([^/,]+)/aws4_request, "
                           r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})")
TOLERANCE = 300  # seconds


class Unsigned(Exception):
    """The signature is not taken; `code` and the text are AWS's."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code
        self.text = text


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _canonical_query(query):
    pairs = [pair.partition("=")[::2] for pair in query.split("&") if pair]
    encode = lambda text: urllib.parse.quote(urllib.parse.unquote(text), safe="-._~")
    return "&".join(f"{key}={value}" for key, value in sorted((encode(k), encode(v)) for k, v in pairs))


def canonical_request(method, target, headers, names, body):
    path, _, query = target.partition("?")
    lines = [method, urllib.parse.quote(path, safe="/-._~") or "/", _canonical_query(query)]
    lines += [f"{name}:{' '.join(headers[name].split())}" for name in names]
    return "\n".join([*lines, "", ";".join(names), hashlib.sha256(body).hexdigest()])


def check(method, target, headers, body, keys, service, region=None, ahead_s=0):
    """The access key id. `keys` are {id: {"secret", "token"}}; the clock is `ahead_s` seconds before this machine's."""
    headers = {name.lower(): value for name, value in headers.items()}
    found = AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if not found:
        raise Unsigned("MissingAuthenticationTokenException", "Missing Authentication Token")
    key_id, date, scope_region, scope_service, names, signature = found.groups()
    key = keys.get(key_id)
    if key is None or headers.get("x-amz-security-token") != key.get("token"):
        raise Unsigned("UnrecognizedClientException", "The security token included in the request is invalid.")
    names = names.split(";")
    for needed in ("host", "x-amz-date", *(["x-amz-security-token"] if key.get("token") else [])):
        if needed not in names:
            raise Unsigned("InvalidSignatureException", f"'{needed}' must be a 'SignedHeader' in the AWS Authorization.")
    if scope_service != service or region not in (None, scope_region):
        raise Unsigned("InvalidSignatureException", f"Credential should be scoped to a valid region and to '{service}'.")
    at = headers["x-amz-date"]
    now = time.time() + ahead_s
    stamp = calendar.timegm(time.strptime(at, "%Y%m%dT%H%M%SZ"))
    if not at.startswith(date):
        raise Unsigned("InvalidSignatureException", "Date in Credential scope does not match x-amz-date.")
    if abs(stamp - now) > TOLERANCE:
        text = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
        edge = "Signature expired" if stamp < now else "Signature not yet current"
        raise Unsigned("InvalidSignatureException", f"{edge}: {at} is {'earlier' if stamp < now else 'later'} than {text}.")
    canonical = canonical_request(method, target, headers, names, body)
    scope = f"{date}/{scope_region}/{scope_service}/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", at, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    signing = ("AWS4" + key["secret"]).encode()
    for part in (date, scope_region, scope_service, "aws4_request"):
        signing = _hmac(signing, part)
    if not hmac.compare_digest(hmac.new(signing, to_sign.encode(), hashlib.sha256).hexdigest(), signature):
        raise Unsigned("InvalidSignatureException", "The request signature we calculated does not match the signature you "
                       "provided. Check your AWS Secret Access Key and signing method.")
    return key_id
