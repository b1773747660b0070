"""Reads a page from standard input as a browser would, and says what is in it and what is wrong with it."""
import base64
import hashlib
import html.parser
import re
import sys

VOID = {"meta", "input", "br", "rect", "circle", "line", "path"}
IMPLIED = {"th", "td"}  # ends where the next one begins
ALLOWED = set("""html head meta title style script body a header main nav div span h1 h2 h3 h4 p dl dt dd ol li pre b bdi
details summary section article figure svg defs marker path g rect circle line text table thead tbody tr th td footer
dialog form button input del ins""".split())
ATTRIBUTES = set("""aria-hidden aria-label aria-labelledby charset class content cx cy d data-do data-phase data-state dir
fill for height href http-equiv id lang marker-end markerHeight markerWidth method name open orient placeholder
preserveAspectRatio r refX refY role rx scope tabindex title transform type viewBox width x x1 x2 y y1 y2
text-anchor""".lower().split())
FETCHING = {"src", "srcset", "action", "formaction", "poster", "background", "data", "ping", "style", "xlink:href"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.links, self.wrong, self.heads, self.text, self.raw = [], [], [], [], [], [], {}
        self.policy = ""

    def handle_starttag(self, tag, attributes):
        if tag not in ALLOWED:
            self.wrong.append(f"element {tag}")
        for name, value in attributes:
            if name not in ATTRIBUTES or name in FETCHING:
                self.wrong.append(f"attribute {name} of {tag}")
            if name == "class" and not re.fullmatch(r"[a-z0-9_ -]+", value):
                self.wrong.append(f"class {value}")
            if name == "id":
                self.ids.append(value)
            if name == "href":
                self.links.append(value)
            if name == "content" and "default-src" in value:
                self.policy = value
        if tag in IMPLIED and self.open and self.open[-1] in IMPLIED:
            self.open.pop()
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag == "tr" and self.open[-1] in IMPLIED:
            self.open.pop()
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> while {self.open[-1:]} is open")
            return
        self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] in ("script", "style"):
            self.raw[self.open[-1]] = self.raw.get(self.open[-1], "") + data
        elif "h2" in self.open or "h1" in self.open or "h3" in self.open:
            self.heads.append(data)
        self.text.append(data)

    def handle_comment(self, data):
        self.wrong.append("comment")


source = sys.stdin.buffer.read().decode("utf-8")
page = Page()
page.feed(source)
page.close()
for what in page.open:
    page.wrong.append(f"{what} is not closed")
for one in sorted(set(i for i in page.ids if page.ids.count(i) > 1)):
    page.wrong.append(f"id {one} twice")
for link in page.links:
    if not link.startswith("#") or link[1:] not in page.ids:
        page.wrong.append(f"link to {link}")
for name in ("script", "style"):
    digest = base64.b64encode(hashlib.sha256(page.raw[name].encode()).digest()).decode()
    if f"{name}-src 'sha256-{digest}'" not in page.policy:
        page.wrong.append(f"the policy does not allow the page's own {name}")
if not page.policy.startswith("default-src 'none';"):
    page.wrong.append("the policy allows too much")
print("parts:", " | ".join(head.strip() for head in page.heads if head.strip() and head != "Keys"))
print("calls:", " ".join(re.findall(r'class="call (\w+)"', source)))
for word in sys.argv[1:]:
    print(f"{'holds' if word in ''.join(page.text) else 'LACKS'}: {word}")
print("wrong:", "; ".join(page.wrong) or "nothing")
