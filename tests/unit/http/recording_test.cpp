// A recording: what is in it and what is not, and that playing it gives what was there.
#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "http/record.hpp"

using Kind = http::Failure::Kind;

namespace {

constexpr std::string_view key = "sk-live-0123456789";
constexpr std::string_view other_key = "another-secret-value";

/// A folder of its own, removed at the end.
struct Scratch {
    std::filesystem::path folder;
    Scratch() {
        std::string pattern = (std::filesystem::temp_directory_path() / "orloj-record-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        folder = pattern;
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() { std::filesystem::remove_all(folder); }
    [[nodiscard]] std::string file(const std::string& name = "r.jsonl") const {
        return (folder / name).string();
    }
    [[nodiscard]] std::string text(const std::string& name = "r.jsonl") const {
        return base::read_file(file(name), 1U << 24U);
    }
    [[nodiscard]] std::string put(const std::string& text) const {
        std::ofstream(file()) << text;
        return file();
    }
};

std::string without_other_key(std::string_view text) {
    base::Redactor redact;
    redact.add(other_key);
    return redact(text);
}

http::Request asking(const std::string& body, bool stream = false) {
    http::Request request;
    request.url = "https://h.example/v1/chat?key=in-the-url&api-version=1";
    request.headers = {{"content-type", "application/json"}, {"X-Own", "mine"}};
    request.secret_headers.push_back({"authorization", "Bearer ", base::SecretText(key)});
    request.body = body;
    request.stream = stream;
    return request;
}

http::Response response(std::string body, int status = 200) {
    http::Response out;
    out.status = status;
    out.body = std::move(body);
    out.headers = {{"content-type", "text/plain"}, {"Set-Cookie", "session=1"}, {"x-request-id", "r1"}};
    out.first_byte = base::milliseconds(3);
    out.total = base::milliseconds(7);
    return out;
}

/// All events of an exchange with a transport, in one text.
std::string events_of(http::Transport& transport, http::Request request) {
    transport.start(1, std::move(request));
    std::string out;
    for (const http::Event& event : transport.wait({}, -1)) {
        if (const auto* chunk = std::get_if<http::Chunk>(&event.what)) out += "[" + chunk->bytes + "]";
        if (const auto* whole = std::get_if<http::Response>(&event.what))
            out += base::format("{} {} {}+{}", whole->status, whole->body, whole->first_byte.ms(),
                                whole->total.ms());
        if (const auto* failure = std::get_if<http::Failure>(&event.what))
            out += base::format("failure {} {} {}", schema::name_of(failure->kind), failure->detail,
                                failure->sent_output);
    }
    return out;
}

/// Records these exchanges, and gives their events.
std::vector<std::string> record(const std::string& path, const std::vector<http::Request>& requests,
                                std::vector<http::Played> answers) {
    http::ReplayTransport inner(
        [&, next = std::size_t{0}](const http::Request&) mutable { return answers[next++]; });
    http::RecordingFile file(path);
    http::RecordingTransport transport(inner, file, without_other_key,
                                       [](const std::string& wrong) { FAIL(wrong); });
    std::vector<std::string> out;
    out.reserve(requests.size());
    for (const http::Request& request : requests)
        out.push_back(events_of(transport, request));
    return out;
}

http::Played in_pieces(std::variant<http::Response, http::Failure> what, std::vector<std::string> pieces) {
    http::Played out(std::move(what));
    out.pieces = std::move(pieces);
    return out;
}

} // namespace

TEST_CASE("recording: a line for each exchange") {
    const Scratch scratch;
    record(scratch.file(), {asking("{\"a\":1}")}, {response("fine")});
    CHECK(scratch.text() ==
          "{\"apiVersion\":\"orloj.dev/v1\",\"kind\":\"Recording\",\"version\":1}\n"
          "{\"request\":{\"method\":\"POST\",\"url\":\"https://h.example/v1/chat?key=***&api-version=1\","
          "\"headers\":[{\"name\":\"content-type\",\"value\":\"application/json\"}],"
          "\"body\":\"{\\\"a\\\":1}\"},"
          "\"response\":{\"status\":200,\"headers\":[{\"name\":\"content-type\",\"value\":\"text/plain\"},"
          "{\"name\":\"x-request-id\",\"value\":\"r1\"}],\"body\":\"fine\",\"first_byte_ms\":3,"
          "\"total_ms\":7}}\n");
    struct stat status {};
    REQUIRE(::stat(scratch.file().c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == 0600);
}

TEST_CASE("recording: what is played is what was there") {
    const std::string bytes("\xff\x00\xfe", 3);
    const std::vector<http::Request> requests{
        asking("whole"),        asking("stream", true), asking("cut", true), asking("bytes"),
        asking("error", true),  asking("refused"),      asking("same"),      asking("same"),
        asking("letter", true), asking("empty", true),  asking(bytes)};
    const std::vector<http::Played> answers{
        response("an answer\n\"with\" \\ and \x1b"),
        in_pieces(response("abcdef"), {"ab", "c", "def"}),
        in_pieces(http::Failure{.kind = Kind::broken, .detail = "gone", .sent_output = true}, {"ab", "c"}),
        response(bytes),
        response("too many", 429),
        http::Failure{.kind = Kind::tls, .detail = "no", .tls = http::Failure::Tls::expired},
        response("first"),
        response("second"),
        in_pieces(response("\xc3\xa4"), {"\xc3", "\xa4"}), // a letter in two pieces
        response(""),
        response("for bytes")};
    const Scratch scratch;
    const std::vector<std::string> heard = record(scratch.file(), requests, answers);
    CHECK(heard[1] == "[ab][c][def]200  3+7");
    CHECK(heard[2] == "[ab][c]failure broken gone true");
    CHECK(heard[8] == "[\xc3][\xa4]200  3+7");
    http::ReplayTransport player(
        http::answers_from(http::read_recording(scratch.file()), scratch.file(), without_other_key));
    // In another order, but for equal ones.
    for (std::size_t i = requests.size(); i-- > 0;)
        if (requests[i].body != "same") CHECK(events_of(player, requests[i]) == heard[i]);
    CHECK(events_of(player, requests[6]) == heard[6]);
    CHECK(events_of(player, requests[7]) == heard[7]);
}

TEST_CASE("recording: no secret is in it, wherever a server puts it") {
    const Scratch scratch;
    const std::string both = std::string(key) + " and " + std::string(other_key);
    http::Response loud = response("{\"error\":\"wrong key " + both + "\"}", 401);
    loud.headers.push_back({"x-echo", both});
    loud.headers.push_back({"x-refresh-token", "abc-from-the-server"});
    loud.headers.push_back({"location", "https://h.example/?session=from-the-server"});
    http::Request with_secret = asking("my key is " + both);
    with_secret.headers.push_back({"x-mine", "mine-too"});
    record(scratch.file(), {with_secret, asking("a", true), asking("b", true), asking("c")},
           {loud,
            in_pieces(response(both), {std::string(key).substr(0, 5), std::string(key).substr(5) + " and ",
                                       std::string(other_key)}),
            in_pieces(http::Failure{.detail = "said " + both}, {"ab", "c" + std::string(key)}),
            http::Failure{.detail = both}});
    const std::string text = scratch.text();
    for (const std::string_view secret :
         {key, other_key, std::string_view("in-the-url"), std::string_view("session=1"),
          std::string_view("from-the-server"), std::string_view("mine")})
        CHECK(text.find(secret) == std::string::npos);
    const auto exchanges = http::read_recording(scratch.file());
    REQUIRE(exchanges.size() == 4);
    CHECK(exchanges[1].response->body == "[secret] and [secret]");
    CHECK(exchanges[1].response->pieces == std::vector<std::int64_t>{21});
    CHECK(exchanges[2].failure->pieces == std::vector<std::int64_t>{2, 9});
    // It is found again by whoever has the keys.
    http::ReplayTransport player(http::answers_from(exchanges, "r", without_other_key));
    CHECK(events_of(player, with_secret).starts_with("401 "));
}

TEST_CASE("recording: a request that is not in it is not answered") {
    const Scratch scratch;
    record(scratch.file(), {asking("a")}, {response("x")});
    http::ReplayTransport player(
        http::answers_from(http::read_recording(scratch.file()), "r.jsonl", without_other_key));
    http::Request elsewhere = asking("a");
    elsewhere.url = "https://other.example/";
    http::Request asked_otherwise = asking("a");
    asked_otherwise.method = "PUT";
    const std::pair<http::Request, std::string> rows[] = {
        {asking("b"), "failure unrecorded the recording 'r.jsonl' holds no answer to this request: POST "
                      "https://h.example/v1/chat?key=***&api-version=1 (only to other contents) false"},
        {elsewhere, "failure unrecorded the recording 'r.jsonl' holds no answer to this request: POST "
                    "https://other.example/ false"},
        {asked_otherwise, "failure unrecorded the recording 'r.jsonl' holds no answer to this request: PUT "
                          "https://h.example/v1/chat?key=***&api-version=1 false"},
        {asking("a"), "200 x 3+7"},
        {asking("a"),
         "failure unrecorded the recording 'r.jsonl' holds no further answer to this request: POST "
         "https://h.example/v1/chat?key=***&api-version=1 false"},
    };
    for (const auto& [request, heard] : rows)
        CHECK(events_of(player, request) == heard);
}

TEST_CASE("recording: a file that is damaged, by its line") {
    const std::string head = schema::encode(http::RecordingHead{}) + "\n";
    const std::string request = R"({"request":{"method":"GET","url":"http://h"})";
    const std::string good = request + R"(,"response":{"status":200,"body":"x"}})" + "\n";
    const std::string no_head = "this is no recording: its first line has to be "
                                R"({"apiVersion":"orloj.dev/v1","kind":"Recording","version":1})";
    struct Row {
        std::string text;
        int line;
        std::string message;
    };
    const Row rows[] = {
        {"", 1, no_head},
        {"hello\n", 1, no_head},
        {R"({"kind":"Recording","apiVersion":"orloj.dev/v1","version":2})"
         "\n",
         1, "a recording of version 2 cannot be played, only one of version 1"},
        {head + good + "{\n", 3, "the recording is damaged: "},
        {head + good + good.substr(0, 30), 3, "the recording is damaged: its last line is cut off"},
        {head + "\n", 2, "the recording is damaged: "},
        {head + request + "}\n", 2, "the recording is damaged: one of response and failure has to be given"},
        {head + request +
             R"(,"response":{"status":200,"body":"xyz","pieces":[1,1]}})"
             "\n",
         2, "the recording is damaged: the pieces are not those of the body"},
        {head + request +
             R"(,"response":{"status":200,"body":"xyz","pieces":[1,-1,3]}})"
             "\n",
         2, "the recording is damaged: the pieces are not those of the body"},
        {head + request +
             R"(,"response":{"status":200,"body_base64":"*"}})"
             "\n",
         2, "the recording is damaged: body_base64 is not base64"},
        {head + request +
             R"(,"response":{"status":200,"body":"x","body_base64":"eA=="}})"
             "\n",
         2, "the recording is damaged: both body and body_base64 are given"},
        {head + request +
             R"(,"failure":{"kind":"bored"}})"
             "\n",
         2, "the recording is damaged: "},
        {head + request +
             R"(,"response":{"status":200,"boddy":"x"}})"
             "\n",
         2, "the recording is damaged: "},
        {head + R"({"response":{"status":200}})"
                "\n",
         2, "the recording is damaged: "},
    };
    const Scratch scratch;
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const std::string path = scratch.put(row.text);
        try {
            (void)http::read_recording(path);
            FAIL("it was read");
        } catch (const base::Error& error) {
            CHECK(error.fault() == base::Fault::manifest);
            CHECK(error.where().file == path);
            CHECK(error.where().mark.line == row.line);
            CHECK(error.message().starts_with(row.message));
            CHECK((error.message() == row.message || row.message.ends_with(": ")));
        }
    }
    CHECK(http::read_recording(scratch.put(head)).empty());
    CHECK(http::read_recording(scratch.put(head + good)).size() == 1);
}

TEST_CASE("recording: a file that is there is left alone") {
    const Scratch scratch;
    (void)scratch.put("precious");
    ::symlink("elsewhere", scratch.file("link").c_str());
    for (const char* name : {"r.jsonl", "link"}) {
        try {
            http::RecordingFile file(scratch.file(name));
            FAIL("it was opened");
        } catch (const base::Error& error) {
            CHECK(error.fault() == base::Fault::usage);
            CHECK(error.message() ==
                  base::format("cannot record to '{}': there is something already", scratch.file(name)));
        }
    }
    CHECK(scratch.text() == "precious");
    CHECK_FALSE(std::filesystem::exists(scratch.file("elsewhere")));
    {
        const http::RecordingFile unused(scratch.file("new"));
        CHECK(std::filesystem::exists(scratch.file("new")));
    }
    CHECK_FALSE(std::filesystem::exists(scratch.file("new")));
}

TEST_CASE("recording: what was cancelled is not an answer, and an interrupted run leaves whole lines") {
    const Scratch scratch;
    http::ReplayTransport inner([](const http::Request&) { return response("x"); });
    http::RecordingFile file(scratch.file());
    http::RecordingTransport transport(inner, file, without_other_key,
                                       [](const std::string& wrong) { FAIL(wrong); });
    transport.start(1, asking("a"));
    transport.cancel(1);
    transport.start(2, asking("b"));
    CHECK(transport.wait({}, -1).size() == 2);
    transport.start(3, asking("under way"));
    const auto so_far = http::read_recording(scratch.file());
    REQUIRE(so_far.size() == 1);
    CHECK(so_far[0].request.body == "b");
}

TEST_CASE("recording: a full disk is told once, and the run goes on") {
    const Scratch scratch;
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    http::ReplayTransport inner([](const http::Request&) { return response("x"); });
    std::vector<std::string> complaints;
    {
        http::RecordingFile file(scratch.file());
        http::RecordingTransport transport(inner, file, without_other_key,
                                           [&](const std::string& wrong) { complaints.push_back(wrong); });
        CHECK(events_of(transport, asking("a")) == "200 x 3+7");
        rlimit small = before;
        small.rlim_cur = std::filesystem::file_size(scratch.file()) + 20;
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
        CHECK(events_of(transport, asking("b")) == "200 x 3+7");
        CHECK(::setrlimit(RLIMIT_FSIZE, &before) == 0);
        CHECK(events_of(transport, asking("c")) == "200 x 3+7");
    }
    CHECK(complaints ==
          std::vector<std::string>{base::format("cannot record to '{}': File too large", scratch.file())});
    CHECK(http::read_recording(scratch.file()).size() == 1); // without a gap behind which something stands
}
