"""AWS credentials at the addresses where machines and containers get them: who asks there, and who does not."""

import json
import pathlib
import sys

import peers
from watch import Person

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
import servers  # noqa: E402

MACHINE, CONTAINER = "169.254.169.254", "169.254.170.2"  # the namespace has both
KEYS = {"id": "ASIAEXAMPLE000000001", "secret": "key-of-the-machine", "token": "token-of-the-machine"}
EXPLICIT = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE000000002", "AWS_SECRET_ACCESS_KEY": "key-of-the-environment"}
SPEC = {"provider": "bedrock", "default_model": "anthropic.claude-sonnet-4-20250514-v1:0",
        "options": {"region": "us-east-1"}}


class Aws:
    """Bedrock on loopback, and the two services that hand out credentials, on their own addresses."""

    def __init__(self):
        self.bedrock = servers.Server("bedrock", {"keys": {
            KEYS["id"]: {"secret": KEYS["secret"], "token": KEYS["token"]},
            EXPLICIT["AWS_ACCESS_KEY_ID"]: {"secret": EXPLICIT["AWS_SECRET_ACCESS_KEY"]}}})
        imds = {"role": "worker", "keys": [KEYS], "region": "us-east-1"}
        self.machine = servers.Server("aws", {"imds": imds}, 80, address=MACHINE)
        self.container = servers.Server("aws", {"container": {"path": "/v2/credentials/x", "keys": [KEYS]}}, 80,
                                        address=CONTAINER)
        self.all = (self.bedrock, self.machine, self.container)

    def __enter__(self):
        for server in self.all:
            server.start()
        return self

    def __exit__(self, *_):
        for server in self.all:
            server.stop()

    @property
    def variables(self):
        return {"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": f"http://127.0.0.1:{self.bedrock.port}"}


def connections(binary, exit, wanted, variables=(), spec=None):
    """`wanted` are the hosts that are connected to, in order; the proxy of the environment is not one."""
    proxy = peers.Peer()
    with Aws() as aws, Person(binary) as person:
        outcome = person.run([{**SPEC, **(spec or {})}],
                             variables={**aws.variables, "http_proxy": f"http://127.0.0.1:{proxy.port}", **dict(variables)})
    hosts = []
    for host, _ in outcome.tcp:
        if host not in hosts:
            hosts.append(host)
    if outcome.exit != exit or hosts != wanted or proxy.seen:
        return f"wanted exit {exit} and connections to {wanted}: {outcome}"
    return None


def no_call(binary):
    """Commands that make no call look for nothing."""
    with Aws() as aws, Person(binary) as person:
        manifest = person.home / "m.yaml"
        manifest.write_text(json.dumps({"apiVersion": "orloj.dev/v1", "kind": "ModelEndpoint", "metadata": {"name": "e"},
                                        "spec": {"provider": "bedrock", "default_model": "m"}}))
        for words in (["validate", "-f", str(manifest)], ["apply", "-f", str(manifest)], ["diff", "-f", str(manifest)],
                      ["get", "model-endpoints"], ["describe", "model-endpoint", "e"], ["status"]):
            outcome = person.orloj(*words, variables=aws.variables)
            if outcome.exit != 0 or outcome.sockets:
                return f"{words}: {outcome}"
    return None


def cases(binary):
    """One case: the services have one address each."""
    def all_of_them():
        disabled = {"AWS_EC2_METADATA_DISABLED": "true"}
        profile = {"AWS_PROFILE": "nowhere"}
        own = {"base_url": f"http://{MACHINE}", "allowPrivate": True}
        for problem in (
                lambda: connections(binary, 0, [MACHINE, "127.0.0.1"]),
                lambda: connections(binary, 0, [MACHINE, "127.0.0.1"], spec={"options": {}}),
                lambda: connections(binary, 0, [CONTAINER, "127.0.0.1"],
                                    {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/x"}),
                lambda: connections(binary, 0, ["127.0.0.1"], EXPLICIT),
                lambda: connections(binary, 2, [], disabled),
                lambda: connections(binary, 2, [], profile),
                lambda: connections(binary, 2, [], spec=own),
                lambda: connections(binary, 3, [], {"AWS_BEARER_TOKEN_BEDROCK": "k", "ORLOJ_SECRET_K": "bedrock-api-key"},
                                    spec={**own, "auth": {"secretRef": "k"}}),
                lambda: connections(binary, 3, [], {**EXPLICIT, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": f"http://{MACHINE}"}),
                lambda: no_call(binary)):
            found = problem()
            if found:
                return found
        return None

    yield "where AWS credentials are asked for", all_of_them
