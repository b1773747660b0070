"""Strings that a terminal must not get as they are: what a model, a tool or a file could say to fool a person."""

ESC = b"\x1b"
C0 = [b"a%cb" % c for c in range(0x20) if c not in (0x09, 0x0A)] + [b"\x7f"]
C1 = [b"c\xc2%cd" % c for c in range(0x80, 0xA0)]
SEQUENCES = [ESC + rest for rest in (
    b"[31mred", b"[0m", b"[2J", b"[H", b"[1A\r", b"[?1049h", b"[?25l", b"[6n", b"[c", b"[8;1;1t", b"[21t",
    b"]0;title\x07", b"]2;title\x1b\\", b"]8;;https://evil.example/\x1b\\click\x1b]8;;\x1b\\",
    b"]52;c;cm0gLXJmIC8=\x07", b"]4;1;?\x07", b"]50;font\x07", b"P+q544e\x1b\\", b"_Gf=100;AAAA\x1b\\", b"^pm\x1b\\",
    b"c", b"(0", b"#8", b"7", b"8", b"D", b"M", b"=", b"[200~paste\x1b[201~", b"[?2004h")]
BIDI = [("x" + chr(c) + "y").encode() for c in
        (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)]
UNSEEN = [("x" + chr(c) + "y").encode() for c in (0x200B, 0x2060, 0x2061, 0x2064, 0xFEFF, 0x180E, 0xFFF9, 0xFFFB,
                                                   0x2028, 0x2029, 0xE0001, 0xE0041, 0xE007F)]
INVALID = [b"\xff", b"\xfe\xff", b"\xc3(", b"\xe2\x82", b"\xf0\x9f\x98", b"\xc0\xaf", b"\xc1\x9b[2J", b"\xe0\x80\x9b",
           b"\xf0\x80\x80\x9b", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x9b31m", b"\x9d0;title\x9c", b"\x80\x81"]
MARKUP = [b"%s%n", b"\"];evil[", b"]; n9 -> n1; //", b"<img src=x>", b"`code`", b"\\N\\G\\l", b"\"|\"", b"end",
          b"{{x}}", b"\t\ttabs", b"line\r\nover", b"\\x1b[31m", b"&lt;&#10;", b"-->|x|", b"*/ /*", b"$(id)", b"\\\\\""]
LONG = b"A" * 1_000_000 + ("\u202e" * 2_000).encode() + b"\x1b[31m" * 2_000

VALID = C0 + C1 + SEQUENCES + BIDI + UNSEEN + MARKUP
SIZE = len(VALID) + len(INVALID) + 1
# Together, so that few databases are needed; what ends in the middle of a character stands also at the end.
GROUPS = [b" ".join(VALID[i:i + 70]) for i in range(0, len(VALID), 70)] + [b" ".join(INVALID + INVALID[3:5])]
