// A run that is recorded and played again is the same run: each provider's own stream, in the pieces it came
// in.
#include <doctest/doctest.h>

#include <filesystem>

#include <unistd.h>

#include "base/os.hpp"
#include "http/record.hpp"
#include "world.hpp"

using namespace test;

namespace {

constexpr std::string_view key = "sk-live-0123456789";

struct Row {
    const char* provider;
    const char* stream;
    const char* type;
};

const Row rows[] = {
    {"openai", "openai/stream.response.sse", "text/event-stream"},
    {"anthropic", "anthropic-2023-06-01/stream.response.sse", "text/event-stream"},
    {"ollama", "ollama/stream.response.ndjson", "application/x-ndjson"},
};

class Shown final : public run::Watcher {
  public:
    void text(const std::string&, std::string_view piece) override { pieces.emplace_back(piece); }
    std::vector<std::string> pieces;
};

/// One run: what was shown, and what was written to the journal but for its times and durations.
struct Heard {
    std::vector<std::string> shown;
    std::vector<std::string> events;
    std::string answer;
    std::int64_t output_tokens = 0;
    bool operator==(const Heard&) const = default;
};

Heard run_with(http::Transport& transport, const Row& row, std::string_view its_key) {
    Shelf shelf;
    shelf.endpoint("e", row.provider).agent("a", "e").put("s", line({"a"}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world;
    world.secrets.keys["e"] = its_key;
    Shown shown;
    run::Engine engine(
        plan, {transport, world.sink, world.secrets, world.policies, world.clock, world.interrupt, &shown});
    const run::State& state = engine.run();
    REQUIRE(state.end);
    return {shown.pieces, world.sink.types(), trace::answer_of(*state.end), state.end->usage.output};
}

std::vector<std::string> in_pieces(const std::string& bytes, std::size_t size) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < bytes.size(); at += size)
        out.push_back(bytes.substr(at, size));
    return out;
}

std::string unchanged(std::string_view text) {
    return std::string(text);
}

} // namespace

TEST_CASE("a recorded stream plays as it came, without the key") {
    std::string pattern = (std::filesystem::temp_directory_path() / "orloj-run-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    for (const Row& row : rows) {
        CAPTURE(row.provider);
        const std::string file = pattern + "/" + row.provider;
        const std::string stream =
            base::read_file(std::string(ORLOJ_TEST_DATA) + "/oracle/" + row.stream, 1U << 20U);
        http::ReplayTransport network([&](const http::Request&) {
            http::Played out(ok(""));
            std::get<http::Response>(out.what).headers = {{"content-type", row.type}};
            out.pieces = in_pieces(stream, 7);
            return out;
        });
        Heard live;
        {
            http::RecordingFile recording(file);
            http::RecordingTransport recorder(network, recording, unchanged,
                                              [](const std::string& wrong) { FAIL(wrong); });
            live = run_with(recorder, row, key);
        }
        CHECK(live.answer == "Hello");
        CHECK(live.shown == std::vector<std::string>{"Hel", "lo"});
        CHECK(base::read_file(file, 1U << 20U).find(key) == std::string::npos);
        const auto exchanges = http::read_recording(file);
        REQUIRE(exchanges.size() == 1);
        CHECK(exchanges[0].response->pieces.size() == (stream.size() + 6) / 7);
        http::ReplayTransport player(http::answers_from(exchanges, file, unchanged));
        CHECK(run_with(player, row, "any-other-key") == live);
    }
    std::filesystem::remove_all(pattern);
}

TEST_CASE("a run that asks something else than its recording fails, and nothing is tried again") {
    http::ReplayTransport player(http::answers_from({}, "r.jsonl", unchanged));
    Shelf shelf;
    shelf.endpoint("e", "openai").agent("a", "e").put("s", line({"a"}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world;
    world.secrets.keys["e"] = key;
    run::Engine engine(
        plan, {player, world.sink, world.secrets, world.policies, world.clock, world.interrupt, nullptr});
    REQUIRE(engine.run().end);
    const auto errors = world.sink.of<trace::ModelError>();
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].provider_code == "unrecorded");
    CHECK_FALSE(errors[0].retryable);
    CHECK(errors[0].detail == "the recording 'r.jsonl' holds no answer to this request: POST "
                              "http://127.0.0.1:1/v1/chat/completions");
}
