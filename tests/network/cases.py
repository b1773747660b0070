"""Runs whose sockets are known beforehand. A case returns nothing when all is as it should be, else what is not."""

import json
import pathlib
import re
import subprocess

import aws
import spellings
from peers import Http2Peer, Peer
from watch import Person, compatible

HOSTS = pathlib.Path("/etc/hosts")  # the namespace's own
PUBLIC, INSIDE = "203.0.113.7", "10.0.0.9"  # the namespace has both, so either may be tried first
ADVICE = "set spec.allowPrivate: true"
MIXED = [(True, "inside"), (None, "outside")]  # what an endpoint allows, and the model that tells it apart


def expect(outcome, **wanted):
    """Compares the named attributes; `says` and `hides` are texts that must and must not be there."""
    wrong = []
    for text in wanted.pop("says", ()):
        if text not in outcome.said:
            wrong.append(f"'{text}' is not said")
    for text in wanted.pop("hides", ()):
        if text in outcome.said + outcome.printed:
            wrong.append(f"'{text}' is shown")
    for name, value in wanted.items():
        if getattr(outcome, name) != value:
            wrong.append(f"{name} is not {value}")
    return "; ".join(wrong) + f": {outcome}" if wrong else None


def first(*problems):
    return next((problem for problem in problems if problem), None)


# --- one host each ---------------------------------------------------------------------------------------------


def refused_spelling(binary, host, address, private):
    with Person(binary) as person:
        outcome = person.run([compatible(f"{host}:80" if not host.endswith("]") else host + ":80", private)])
    advice = "which is never reached" if private else ADVICE
    said = [f"'{address}'" if address else "a loopback address", advice]
    # Not even a look-up where the URL says it all; a name needs one, and sorting its addresses UDP sockets.
    literal = all(c in "0123456789abcdefABCDEFxX.:[]" for c in host)
    return expect(outcome, exit=3, says=said, tcp=[], **({"sockets": []} if literal else {}))


def unreadable_spelling(binary, host):
    with Person(binary) as person:
        outcome = person.run([compatible(host, True)])
    return expect(outcome, exit=outcome.exit if outcome.exit in (2, 3) else "2 or 3", tcp=[])


def spelling_cases(binary):
    for host, address in spellings.PRIVATE:
        yield f"refused: {host}", lambda h=host, a=address: refused_spelling(binary, h, a, None)
    for host, address in spellings.NEVER:
        yield f"refused whatever is allowed: {host}", lambda h=host, a=address: refused_spelling(binary, h, a, True)
    for host in spellings.UNREADABLE:
        yield f"no host: {host}", lambda h=host: unreadable_spelling(binary, h)


# --- which sockets a run opens ---------------------------------------------------------------------------------


def mock_opens_none(binary):
    with Person(binary) as person:
        outcome = person.run([{"provider": "mock", "options": {"answer": "hello"}}])
    return expect(outcome, exit=0, sockets=[], connects=[])


def one_socket_only(binary, spec_of):
    """A run on a loopback endpoint given as an address opens the endpoint's socket and no other."""
    peer = Peer()
    with Person(binary) as person:
        outcome = person.run([spec_of(peer.port)])
    return expect(outcome, exit=0, sockets=[("AF_INET", "SOCK_STREAM")], connects=[("TCP", "127.0.0.1", peer.port)])


def allowed(binary):
    return one_socket_only(binary, lambda port: compatible(f"127.0.0.1:{port}", True))


def ollama(binary):
    return one_socket_only(binary, lambda port: {"provider": "ollama", "base_url": f"http://127.0.0.1:{port}"})


def compatible_is_not_ollama(binary):
    peer = Peer()
    with Person(binary) as person:
        outcome = person.run([compatible(f"127.0.0.1:{peer.port}")])
    return first(expect(outcome, exit=3, says=["'127.0.0.1'", ADVICE], sockets=[]), peer.seen)


# --- connections that are kept ---------------------------------------------------------------------------------


def mixed_endpoints(port, scheme, count):
    return [compatible(f"localhost:{port}", private, model, scheme) for private, model in MIXED * count]


def only_inside(outcome, peer, least):
    if "outside" in peer.models or peer.models.count("inside") < least:
        return f"the server was asked for {peer.models}: {outcome}"
    return expect(outcome, exit=3, says=["address of 'localhost'", ADVICE])


def kept_alive(binary):
    peer = Peer()
    with Person(binary) as person:
        outcome = person.run(mixed_endpoints(peer.port, "http", 1), {"e0": {"next": "e1"}, "e1": {}})
    return only_inside(outcome, peer, 1)


def many_at_once(binary):
    peer = Peer()
    with Person(binary) as person:
        outcome = person.run(mixed_endpoints(peer.port, "http", 10))
    return only_inside(outcome, peer, 1)


def certificate(folder):
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
               "-subj", "/CN=test", "-addext", "subjectAltName=DNS:localhost,DNS:model.test", "-keyout", f"{folder}/key.pem",
               "-out", f"{folder}/certificate.pem"]
    subprocess.run(command, check=True, capture_output=True)
    return f"{folder}/certificate.pem", f"{folder}/key.pem"


def multiplexed(binary, in_a_row):
    with Person(binary) as person:
        file, key = certificate(person.home)
        peer = Http2Peer(file, key)
        endpoints = mixed_endpoints(peer.port, "https", 1 if in_a_row else 10)
        graph = {"e0": {"next": "e1"}, "e1": {}} if in_a_row else None
        outcome = person.run(endpoints, graph, {"SSL_CERT_FILE": file})
    return only_inside(outcome, peer, 1)


def shares_connections(binary):
    """That the two cases before are about one connection for many."""
    with Person(binary) as person:
        file, key = certificate(person.home)
        peer = Http2Peer(file, key)
        outcome = person.run([compatible(f"localhost:{peer.port}", True, "inside", "https")] * 10,
                             variables={"SSL_CERT_FILE": file})
    return expect(outcome, exit=0) or (None if peer.streams == [10] else f"requests by connection: {peer.streams}")


# --- certificates and recordings -------------------------------------------------------------------------------


def own_certificates(binary):
    """An endpoint that names the certificate has its answer over HTTP/2; its neighbours on the same server have not."""
    with Person(binary) as person:
        file, key = certificate(person.home)
        other = person.home / "other"
        other.mkdir()
        other_file, _ = certificate(other)
        peer = Http2Peer(file, key)
        trusting = {**compatible(f"localhost:{peer.port}", True, "trusting", "https"), "options": {"ca_bundle": "~/certificate.pem"}}
        system = compatible(f"localhost:{peer.port}", True, "system", "https")
        wrong = {**compatible(f"localhost:{peer.port}", True, "wrong", "https"), "options": {"ca_bundle": other_file}}
        alone = person.run([trusting])
        # The trusted connection stands when the others are asked for.
        after = person.run([trusting, system], {"e0": {"next": "e1"}, "e1": {}})
        at_once = person.run([trusting, wrong] * 5)
        hint = "set options.ca_bundle of model endpoint 'default/e1'"
        return first(expect(alone, exit=0), expect(after, exit=3, says=["is not trusted", hint]),
                     expect(at_once, exit=3, says=["is not trusted"]),
                     None if set(peer.models) == {"trusting"} else f"the server was asked for {peer.models}")


def replay_opens_none(binary):
    peer = Peer()
    with Person(binary) as person:
        endpoints = [compatible(f"localhost:{peer.port}", True)]
        recorded = person.run(endpoints, options=["--record", "r.jsonl"])
        played = person.run(endpoints, options=["--replay", "r.jsonl"])
    return first(expect(recorded, exit=0), expect(played, exit=0, sockets=[], connects=[], printed=recorded.printed),
                 None if len(peer.seen) == 1 else f"the server was asked {len(peer.seen)} times")


# --- names -----------------------------------------------------------------------------------------------------


def with_hosts(lines, run):
    before = HOSTS.read_text()
    try:
        HOSTS.write_text(lines + before)
        return run()
    finally:
        HOSTS.write_text(before)


def public_and_private(binary, order):
    peer = Peer(PUBLIC)
    lines = "".join(f"{address} both.test\n" for address in order)
    with Person(binary) as person:
        outcome = with_hosts(lines, lambda: person.run([compatible(f"both.test:{peer.port}")]))
    return expect(outcome, exit=0, tcp=[(PUBLIC, peer.port)])


def rebound(binary):
    """The name is public for the first run, and leads inside for the second."""
    peer = Peer(PUBLIC)
    endpoints = [compatible(f"moving.test:{peer.port}")]
    with Person(binary) as person:
        public = with_hosts(f"{PUBLIC} moving.test\n", lambda: person.run(endpoints))
        inside = with_hosts("127.0.0.1 moving.test\n", lambda: person.run(endpoints))
    return first(expect(public, exit=0, tcp=[(PUBLIC, peer.port)]),
                 expect(inside, exit=3, tcp=[], says=["'127.0.0.1', the address of 'moving.test'", ADVICE]))


# --- proxies ---------------------------------------------------------------------------------------------------

PASSWORD = "pr0xy-p%2Fw"


def proxy_url(peer):
    return f"http://me:{PASSWORD}@127.0.0.1:{peer.port}"


def hides_password(person, *outcomes):
    shown = "".join(outcome.said + outcome.printed for outcome in outcomes).encode()
    stored = b"".join(path.read_bytes() for path in person.home.glob("orloj.db*"))
    return "the proxy's password is in the output" if b"pr0xy-p" in shown else (
        "the proxy's password is in the database" if b"pr0xy-p" in stored else None)


def trace_says_proxy(person, run):
    task = re.search(r"task (run-\S+)", run.said).group(1)
    table = person.orloj("trace", f"task/{task}")
    events = json.loads(person.orloj("trace", f"task/{task}", "-o", "json").printed)
    marked = [event for event in events if event.get("via_proxy")]
    return first(None if "via proxy" in table.printed else f"the trace does not say 'via proxy': {table}",
                 None if len(marked) == 1 else f"via_proxy is in {len(marked)} events", hides_password(person, run, table))


def through_proxy(binary):
    proxy = Peer()
    with Person(binary) as person:
        outcome = person.run([compatible("model.test")], variables={"http_proxy": proxy_url(proxy)})
        path, _, headers = proxy.seen[0] if proxy.seen else ("", "", {})
        return first(expect(outcome, exit=0, tcp=[("127.0.0.1", proxy.port)]),
                     None if path == "http://model.test/v1/chat/completions" else f"the proxy was asked for '{path}'",
                     None if "Proxy-Authorization" in headers else "the proxy was not told the password",
                     trace_says_proxy(person, outcome))


def through_tunnel(binary):
    with Person(binary) as person:
        file, key = certificate(person.home)
        server = Http2Peer(file, key)
        proxy = Peer(tunnel_to=("127.0.0.1", server.port))
        outcome = person.run([compatible("model.test", scheme="https")],
                             variables={"HTTPS_PROXY": proxy_url(proxy), "SSL_CERT_FILE": file})
        asked = [path for path, _, _ in proxy.seen]
        return first(expect(outcome, exit=0, tcp=[("127.0.0.1", proxy.port)]),
                     None if asked == ["model.test:443"] else f"the proxy was asked for {asked}",
                     None if server.models == ["m"] else f"the server was asked for {server.models}",
                     trace_says_proxy(person, outcome))


def literal_through_proxy(binary, host, private):
    exit = 3 if host.isascii() else 2
    proxy = Peer()
    with Person(binary) as person:
        variables = {"http_proxy": proxy_url(proxy), "https_proxy": proxy_url(proxy)}
        outcomes = [person.run([compatible(host, private, scheme=scheme)], variables=variables) for scheme in ("http", "https")]
        return first(*[expect(outcome, exit=exit, sockets=[]) for outcome in outcomes], hides_password(person, *outcomes))


def not_through_proxy(binary, host, private, variables):
    """`variables` name a proxy that does not apply: the target is connected to, and the proxy is not."""
    proxy = Peer()
    peer = Peer(host if host[0].isdigit() else PUBLIC if host == "model.test" else "127.0.0.1")
    variables = {name: value or proxy_url(proxy) for name, value in variables.items()}
    with Person(binary) as person:
        outcome = person.run([compatible(f"{host}:{peer.port}", private)], variables=variables)
    reached = {port for _, port in outcome.tcp}
    return first(expect(outcome, exit=0), None if reached == {peer.port} else f"connected to {outcome.tcp}")


def broken_proxy(binary, url):
    with Person(binary) as person:
        outcome = person.run([compatible("model.test")], variables={"http_proxy": url})
        return first(expect(outcome, exit=3), hides_password(person, outcome))


def proxy_cases(binary):
    yield "a proxy", lambda: through_proxy(binary)
    yield "a proxy's tunnel", lambda: through_tunnel(binary)
    for host in ("10.0.0.1", "012.1", "167772161", "10.0.0.1.", "[::ffff:10.0.0.1]", "[fd00::1]", "10.0.0.１", "10。0。0。1"):
        yield f"a private address through a proxy: {host}", lambda h=host: literal_through_proxy(binary, h, None)
    for host in ("169.254.169.254", "0xa9fea9fe", "[::ffff:a9fe:a9fe]", "169.254.169.254.", "169。254。169。254"):
        yield f"a forbidden address through a proxy: {host}", lambda h=host: literal_through_proxy(binary, h, True)
    for host, private, variables in (
            ("model.test", None, {"HTTP_PROXY": ""}),  # a stranger can set it through CGI; curl does not read it either
            ("model.test", None, {"http_proxy": "", "no_proxy": "model.test"}),
            ("model.test", None, {"all_proxy": "", "NO_PROXY": ".test"}),
            ("model.test", None, {"ALL_PROXY": "", "no_proxy": "*"}),
            (PUBLIC, None, {"http_proxy": "", "no_proxy": "203.0.113.0/24"}),
            ("127.0.0.1", True, {"http_proxy": ""}),
            ("localhost", True, {"http_proxy": ""})):
        yield f"no proxy for {host} with {variables}", lambda *_, a=(host, private, variables): not_through_proxy(binary, *a)
    for url in (f"ftp://me:{PASSWORD}@127.0.0.1:1", "http://me:pr0xy-p/w@127.0.0.1:1", f"http://me:{PASSWORD}@127.0.0.1:99999",
                f"http://me:{PASSWORD}@127.0.0.1:1", f"http://me:{PASSWORD}@nobody.test:1"):
        yield f"a proxy that is none: {url}", lambda u=url: broken_proxy(binary, u)


# --- all -------------------------------------------------------------------------------------------------------


def cases(binary):
    """(name, case). Those that change the hosts come last and must not run beside others."""
    together = [
        *spelling_cases(binary),
        *aws.cases(binary),
        ("mock opens no socket", lambda: mock_opens_none(binary)),
        ("an endpoint that is allowed has one socket", lambda: allowed(binary)),
        ("ollama on loopback needs no allowPrivate", lambda: ollama(binary)),
        ("openai-compatible on loopback does", lambda: compatible_is_not_ollama(binary)),
        ("a kept connection", lambda: kept_alive(binary)),
        ("many at once", lambda: many_at_once(binary)),
        ("a connection shared by HTTP/2, in a row", lambda: multiplexed(binary, True)),
        ("a connection shared by HTTP/2, at once", lambda: multiplexed(binary, False)),
        ("HTTP/2 shares one connection", lambda: shares_connections(binary)),
        ("a certificate of one's own", lambda: own_certificates(binary)),
        ("a recording that is played opens no socket", lambda: replay_opens_none(binary)),
        *proxy_cases(binary),
    ]
    alone = [
        ("a public and a private address", lambda: public_and_private(binary, [PUBLIC, INSIDE])),
        ("a private and a public address", lambda: public_and_private(binary, [INSIDE, PUBLIC])),
        ("a name that moves inside", lambda: rebound(binary)),
    ]
    return together, alone
