// Reading a recording strictly, and answering from it.
#include "http/recording.hpp"

#include <deque>
#include <map>
#include <memory>
#include <numeric>
#include <set>

#include "base/hash.hpp"
#include "base/os.hpp"
#include "base/text.hpp"

namespace http {

namespace {

constexpr std::size_t largest = std::size_t{1} << 30U;

/// Where a complaint is about: the file, a line of it, and what stands there.
struct Place {
    const std::string& file;
    int line;

    [[noreturn]] void fail(std::string message, base::Mark mark = {}) const {
        throw base::Error(base::Fault::manifest, std::move(message))
            .at({file, {line, std::max(mark.column, 1)}});
    }
};

template <typename T>
T line_as(std::string_view text, const Place& place) {
    const schema::Parsed parsed = schema::parse_json(text);
    if (!parsed) place.fail("the recording is damaged: " + parsed.error, parsed.mark);
    base::Diagnostics wrong;
    T out = schema::decode<T>(parsed.tree, "", {.file = place.file}, wrong);
    for (const base::Diagnostic& one : wrong.all())
        if (one.severity == base::Severity::error)
            place.fail("the recording is damaged: " + one.message, one.where.mark);
    return out;
}

void check_head(std::string_view line, const Place& place) {
    const schema::Parsed parsed = schema::parse_json(line);
    if (!parsed || parsed.tree.text_of("kind") != "Recording")
        place.fail("this is no recording: its first line has to be " + schema::encode(RecordingHead{}));
    const RecordingHead known;
    const auto head = line_as<RecordingHead>(line, place);
    if (head.api_version != known.api_version || head.version != known.version)
        place.fail(base::format("a recording of version {} cannot be played, only one of version {}",
                                head.version, known.version));
}

/// The body of a request, response or failure.
template <typename Recorded>
std::string body_of(const Recorded& recorded) {
    if (recorded.body_base64.empty()) return recorded.body;
    return base::from_base64(recorded.body_base64).value_or("");
}

template <typename Recorded>
void check_body(const Recorded& recorded, const Place& place) {
    if (recorded.body_base64.empty()) return;
    if (!recorded.body.empty()) place.fail("the recording is damaged: both body and body_base64 are given");
    if (!base::from_base64(recorded.body_base64))
        place.fail("the recording is damaged: body_base64 is not base64");
}

template <typename Recorded>
void check_answer(const Recorded& recorded, const Place& place) {
    check_body(recorded, place);
    std::size_t sum = 0;
    const std::size_t size = body_of(recorded).size();
    for (const std::int64_t piece : recorded.pieces) {
        if (piece <= 0 || static_cast<std::size_t>(piece) > size - sum)
            place.fail("the recording is damaged: the pieces are not those of the body");
        sum += static_cast<std::size_t>(piece);
    }
    if (!recorded.pieces.empty() && sum != size)
        place.fail("the recording is damaged: the pieces are not those of the body");
}

void check(const RecordedExchange& exchange, const Place& place) {
    if (exchange.request.method.empty()) place.fail("the recording is damaged: there is no request");
    check_body(exchange.request, place);
    if (exchange.response.has_value() == exchange.failure.has_value())
        place.fail("the recording is damaged: one of response and failure has to be given");
    if (exchange.response) check_answer(*exchange.response, place);
    if (exchange.failure) check_answer(*exchange.failure, place);
}

template <typename Recorded>
std::vector<std::string> pieces_of(const Recorded& recorded) {
    const std::string body = body_of(recorded);
    std::vector<std::string> out;
    std::size_t at = 0;
    for (const std::int64_t piece : recorded.pieces) {
        out.push_back(body.substr(at, static_cast<std::size_t>(piece)));
        at += static_cast<std::size_t>(piece);
    }
    return out;
}

Played played(const RecordedExchange& exchange) {
    if (exchange.response) {
        const RecordedResponse& from = *exchange.response;
        Played out(Response{.status = static_cast<int>(from.status),
                            .headers = from.headers,
                            .body = body_of(from),
                            .first_byte = base::milliseconds(from.first_byte_ms),
                            .total = base::milliseconds(from.total_ms),
                            .via_proxy = from.via_proxy});
        out.pieces = pieces_of(from);
        return out;
    }
    const RecordedFailure& from = *exchange.failure;
    Played out(Failure{.kind = from.kind,
                       .detail = from.detail,
                       .total = base::milliseconds(from.total_ms),
                       .sent_output = from.sent_output,
                       .via_proxy = from.via_proxy,
                       .tls = from.tls});
    out.pieces = pieces_of(from);
    return out;
}

/// Exchanges that nobody asked for yet, by what they answer.
struct Deck {
    static std::string place_of(const RecordedRequest& request) { return request.method + " " + request.url; }
    static std::string key_of(const RecordedRequest& request) {
        return place_of(request) + "\n" + body_of(request);
    }

    explicit Deck(std::vector<RecordedExchange> exchanges) {
        for (RecordedExchange& exchange : exchanges) {
            places.insert(place_of(exchange.request));
            left[key_of(exchange.request)].push_back(std::move(exchange));
        }
    }
    Played answer(const RecordedRequest& request, const std::string& file) {
        const auto found = left.find(key_of(request));
        const bool known = found != left.end();
        if (known && !found->second.empty()) {
            Played out = played(found->second.front());
            found->second.pop_front();
            return out;
        }
        const std::string place = place_of(request);
        const bool other = !known && places.contains(place);
        return Failure{.kind = Failure::Kind::unrecorded,
                       .detail = base::format("the recording '{}' holds no {}answer to this request: {}{}",
                                              base::visible(file), known ? "further " : "", place,
                                              other ? " (only to other contents)" : "")};
    }

    std::map<std::string, std::deque<RecordedExchange>> left;
    std::set<std::string> places;
};

} // namespace

std::vector<RecordedExchange> read_recording(const std::string& path) {
    const std::string text = base::read_file(path, largest);
    const std::string file = path == "-" ? std::string("standard input") : path;
    std::vector<RecordedExchange> out;
    int number = 0;
    std::string_view rest = text;
    while (!rest.empty() || number == 0) {
        const Place place{file, ++number};
        const std::size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        if (number == 1) {
            check_head(line, place);
        } else if (end == std::string_view::npos) {
            place.fail("the recording is damaged: its last line is cut off");
        } else {
            out.push_back(line_as<RecordedExchange>(line, place));
            check(out.back(), place);
        }
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return out;
}

ReplayTransport::Answer answers_from(std::vector<RecordedExchange> exchanges, std::string file,
                                     Redact redact) {
    const auto deck = std::make_shared<Deck>(std::move(exchanges)); // functions are copied
    return [deck, file = std::move(file), redact = std::move(redact)](const Request& request) {
        return deck->answer(recorded(request, redact), file);
    };
}

} // namespace http
