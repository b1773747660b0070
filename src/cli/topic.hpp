// What `orloj explain` tells about beside the kinds: lists of the program's own tables.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "cli/session.hpp"
#include "schema/explain.hpp"

namespace cli {

/// What was asked for, and how it is to be answered.
struct Question {
    std::string head; ///< a kind or a topic
    std::string path; ///< what of it; "" for all
    schema::Depth depth = schema::Depth::here;
    Format format = Format::table;
};

struct Topic {
    std::string_view name;
    std::string_view doc;
    /// Throws Error{usage} for a path that leads nowhere.
    void (*explain)(const Session&, const Question&);
    std::vector<std::string> (*members)(); ///< what can be asked for by its name
};

std::span<const Topic> topics();
/// nullptr when there is none.
const Topic* find_topic(std::string_view word);

/// An indented object with `members` in it.
template <typename F>
void print_json(const Session& session, F members) {
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object().member("apiVersion", "orloj.dev/v1");
    members(out);
    out.end_object();
    session.out(std::move(out).take() + "\n");
}

template <typename Rows, typename F>
std::vector<std::string> names_of(const Rows& rows, F name) {
    std::vector<std::string> out;
    for (const auto& row : rows)
        out.emplace_back(name(row));
    return out;
}

/// Throws Error{usage}: "unknown event 'x'" with the nearest of `known`, or else with `otherwise` as its
/// hint.
[[noreturn]] void unknown_word(std::string_view what, std::string_view word,
                               const std::vector<std::string>& known, std::string otherwise);

// The topics, each in a file of its own, and what two of them share (explain.cpp).
void explain_place(const Session& session, const Question& question, const std::string& called,
                   const schema::Place& place, const schema::Explanation& explanation);
void explain_options(const Session& session, const Question& question);
std::vector<std::string> option_names();
void explain_events(const Session& session, const Question& question);
std::vector<std::string> event_names();
void explain_errors(const Session& session, const Question& question);
std::vector<std::string> error_names();
void explain_exit_codes(const Session& session, const Question& question);
std::vector<std::string> exit_code_names();
void explain_environment(const Session& session, const Question& question);
std::vector<std::string> variable_names();

void explain_prices(const Session& session, const Question& question);
std::vector<std::string> price_fields();

/// The options of model endpoints as a text and as the member "options".
std::string options_text(const std::string& name);
void write_options(base::JsonWriter& out, const std::string& name);

} // namespace cli
