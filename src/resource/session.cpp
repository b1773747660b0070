#include "resource/session.hpp"

#include <string_view>

#include "base/text.hpp"

namespace resource {

using namespace schema;

namespace {

void positive(std::string& text, std::string_view otherwise, std::string_view name, const Check& check) {
    if (text.empty()) text = std::string(otherwise);
    const auto parsed = base::parse_duration(text);
    if (parsed && parsed->us > 0)
        text = base::render(*parsed);
    else
        check.error_as_is(
            name, base::format("invalid {} \"{}\": expected a positive duration", check.path(name), text));
}

void retention_rule(CheckpointRetention& retention, const Check& check) {
    if (retention.max_count < 0) check.error("max_count", "cannot be negative");
    if (retention.max_count == 0) retention.max_count = CheckpointRetention{}.max_count;
    positive(retention.max_age, CheckpointRetention{}.max_age, "max_age", check);
}

void session_rule(SessionSpec& session, const Check& check) {
    if (session.max_turns < 0) check.error("max_turns", "cannot be negative");
    positive(session.idle_ttl, SessionSpec{}.idle_ttl, "idle_ttl", check);
}

} // namespace

const Type& describe(const CheckpointRetention*) {
    static const Type type = object_type<CheckpointRetention, retention_rule>(
        "CheckpointRetention", "Which checkpoints are kept.",
        {
            field<&CheckpointRetention::max_count>("max_count",
                                                   "How many checkpoints are kept; 0 means 100."),
            field<&CheckpointRetention::max_age>("max_age", "How long a checkpoint is kept, such as 72h.",
                                                 trimmed),
        });
    return type;
}

const Type& describe(const SessionSpec*) {
    static const Type type = object_type<SessionSpec, session_rule>(
        "SessionSpec", "A conversation with a system that outlives its turns.",
        {
            field<&SessionSpec::system>("system", "The AgentSystem that answers.", trimmed,
                                        required_with("name the AgentSystem to talk to: system: my-system")),
            field<&SessionSpec::idle_ttl>("idle_ttl",
                                          "How long the session waits for the next turn before it expires, "
                                          "such as 2h.",
                                          trimmed),
            field<&SessionSpec::max_turns>("max_turns", "How many turns it may have; 0: any number.",
                                           alias("maxTurns")),
            field<&SessionSpec::input>("input", "Texts that are given to every turn."),
            field<&SessionSpec::checkpoint_retention>("checkpoint_retention", "Which checkpoints are kept."),
        });
    return type;
}

} // namespace resource
