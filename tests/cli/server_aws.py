"""The services that hand out AWS credentials, on one port: STS, the SSO portal, the container's and the machine's metadata.

Each as the AWS documentation has it. Every hand-out gives the next of its `keys` ({"id", "secret", "token", "lifetime_s"}),
the last one again when there are no more. Settings, all optional:
  sts        {"callers": {access key id: {"secret", "token"}}, "keys", "identity_token", "error": [code, text, status]}
  sso        {"token", "account", "role", "keys"}
  container  {"path", "token", "keys"}
  imds       {"role", "keys", "region", "put_status", "silence_s", "expire_token": how many GETs a session token is good for}
"""

import json
import time
import urllib.parse

import server_sigv4
from server_words import Rejected, Turn

HOURS_6 = "21600"


class Protocol:
    request_id_header = "x-amzn-requestid"
    sees_query = True

    def __init__(self, settings):
        self.settings = settings
        self.given = {}
        self.session, self.session_uses = 0, 0

    def check(self, method, path, headers, raw):
        target = path.partition("?")[0]
        if target.startswith("/latest/"):
            return self.imds(method, target, headers)
        if method == "POST" and target == "/":
            return self.sts(path, headers, raw)
        if target == "/federation/credentials":
            return self.sso(path, headers)
        container = self.settings.get("container", {})
        if method == "GET" and target == container.get("path", "/v2/credentials"):
            return self.container(container, headers)
        raise Rejected(404, "not found")

    def next_keys(self, service):
        keys = self.settings[service]["keys"]
        number = self.given.get(service, 0)
        self.given[service] = number + 1
        found = keys[min(number, len(keys) - 1)]
        return found, time.time() + found.get("lifetime_s", 3600)

    @staticmethod
    def stamp(seconds):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))

    # --- IMDSv2 ---

    def imds(self, method, path, headers):
        settings = self.settings.get("imds")
        if settings is None:
            raise Rejected(404, "")
        time.sleep(settings.get("silence_s", 0))
        if path == "/latest/api/token":
            if method != "PUT" or not headers.get("x-aws-ec2-metadata-token-ttl-seconds"):
                raise Rejected(400, "Bad Request")
            if "put_status" in settings:
                raise Rejected(settings["put_status"], "")
            self.session, self.session_uses = self.session + 1, 0
            raise Rejected(200, f"session-{self.session}==", [("x-aws-ec2-metadata-token-ttl-seconds", HOURS_6)])
        if headers.get("x-aws-ec2-metadata-token") != f"session-{self.session}==":
            raise Rejected(401, "Unauthorized")
        self.session_uses += 1
        if self.session_uses > settings.get("expire_token", 1000):
            raise Rejected(401, "Unauthorized")
        if path == "/latest/meta-data/placement/region":
            raise Rejected(200, settings.get("region", "us-east-1"))
        base = "/latest/meta-data/iam/security-credentials/"
        if path == base:
            raise Rejected(200, settings["role"])
        if path != base + settings["role"]:
            raise Rejected(404, "Not Found")
        keys, until = self.next_keys("imds")
        return Turn({}, body={"Code": "Success", "LastUpdated": self.stamp(time.time()), "Type": "AWS-HMAC",
                              "AccessKeyId": keys["id"], "SecretAccessKey": keys["secret"], "Token": keys["token"],
                              "Expiration": self.stamp(until)})

    # --- container ---

    def container(self, settings, headers):
        if "token" in settings and headers.get("authorization") != settings["token"]:
            raise Rejected(401, {"code": "Unauthorized", "message": "the token is not taken"})
        keys, until = self.next_keys("container")
        return Turn({}, body={"AccessKeyId": keys["id"], "SecretAccessKey": keys["secret"], "Token": keys["token"],
                              "Expiration": self.stamp(until), "RoleArn": "arn:aws:iam::123456789012:role/task"})

    # --- SSO portal ---

    def sso(self, path, headers):
        settings = self.settings["sso"]
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(path).query))
        if headers.get("x-amz-sso_bearer_token") != settings["token"]:
            raise Rejected(401, {"message": "Session token not found or invalid", "__type":
                                 "com.amazonaws.switchboard.portal#UnauthorizedException"})
        if query != {"account_id": settings["account"], "role_name": settings["role"]}:
            raise Rejected(403, {"message": "No access", "__type": "com.amazonaws.switchboard.portal#ForbiddenException"})
        keys, until = self.next_keys("sso")
        return Turn({}, body={"roleCredentials": {
            "accessKeyId": keys["id"], "secretAccessKey": keys["secret"], "sessionToken": keys["token"],
            "expiration": int(until * 1000)}})

    # --- STS ---

    def sts(self, path, headers, raw):
        settings = self.settings["sts"]
        if not headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            self.sts_error("InvalidRequest", "the body is no form", 400)
        form = dict(urllib.parse.parse_qsl(raw.decode(), strict_parsing=True))
        if form.get("Version") != "2011-06-15" or not form.get("RoleArn") or not form.get("RoleSessionName"):
            self.sts_error("ValidationError", "1 validation error detected: Value null at 'roleArn'", 400)
        if "error" in settings:
            self.sts_error(*settings["error"])
        if form["Action"] == "AssumeRoleWithWebIdentity":
            if "authorization" in headers:
                self.sts_error("InvalidRequest", "this call is not signed", 400)
            if form.get("WebIdentityToken") != settings.get("identity_token"):
                self.sts_error("InvalidIdentityToken", "The ID Token provided is not a valid JWT", 400)
        elif form["Action"] == "AssumeRole":
            try:
                server_sigv4.check("POST", path, headers, raw, settings.get("callers", {}), "sts")
            except server_sigv4.Unsigned as problem:
                self.sts_error(problem.code.removesuffix("Exception"), problem.text, 403)
        else:
            self.sts_error("InvalidAction", f"Could not find operation {form['Action']}", 400)
        keys, until = self.next_keys("sts")
        action = form["Action"]
        raise Rejected(200, f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n  <{action}Result>\n'
                       "    <AssumedRoleUser>\n      <AssumedRoleId>AROAEXAMPLE:orloj</AssumedRoleId>\n"
                       f"      <Arn>{form['RoleArn']}</Arn>\n    </AssumedRoleUser>\n    <Credentials>\n"
                       f"      <AccessKeyId>{keys['id']}</AccessKeyId>\n"
                       f"      <SecretAccessKey>{keys['secret']}</SecretAccessKey>\n"
                       f"      <SessionToken>{keys['token']}</SessionToken>\n"
                       f"      <Expiration>{self.stamp(until)}</Expiration>\n    </Credentials>\n  </{action}Result>\n"
                       f"</{action}Response>\n", [("content-type", "text/xml")])

    @staticmethod
    def sts_error(code, text, status):
        raise Rejected(status, '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
                       f"<Code>{code}</Code><Message>{text}</Message></Error><RequestId>r</RequestId></ErrorResponse>",
                       [("content-type", "text/xml")])

    def words(self, body):
        return "", ""

    def answer(self, body, turn):
        return json.dumps({})

    def error(self, status):
        return ""
