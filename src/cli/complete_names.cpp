// The stored names that completion offers, and how the answer is written for a shell.
#include <optional>

#include <fcntl.h>
#include <unistd.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/complete.hpp"
#include "cli/session.hpp"
#include "store/database.hpp"
#include "store/resources.hpp"

namespace cli {

namespace {

constexpr std::int64_t most_names = 500; // more than anybody reads; the next letter makes them fewer

/// The value of --db, wherever it stands.
std::optional<std::string> database_option(const std::vector<std::string>& words) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        std::string_view value;
        if (words[i] == "--db" && i + 2 < words.size())
            value = words[i + 1];
        else if (words[i].starts_with("--db="))
            value = std::string_view(words[i]).substr(5);
        if (value.empty()) continue;
        const std::optional<std::string> home = base::environment("HOME");
        if (value.starts_with("~/") && home)
            return *home + std::string(value.substr(1)); // no shell was here yet
        return std::string(value);
    }
    return std::nullopt;
}

Stored in_database(Session& session) {
    const auto open = [&session] { return store::open_to_glance(session.database_path()); };
    return {
        [&session, open](const resource::Kind& kind, const std::string& namespace_, std::string_view prefix) {
            auto connection = open();
            const std::string where = namespace_.empty() ? session.namespace_() : namespace_;
            return connection ? store::Resources(*connection).names_from(kind, where, prefix, most_names)
                              : std::vector<std::string>();
        },
        [open] {
            auto connection = open();
            return connection ? store::Resources(*connection).namespaces() : std::vector<std::string>();
        }};
}

/// Warnings would stand in the middle of the line that is typed.
void say_nothing_more() {
    const base::Fd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    if (nowhere) ::dup2(nowhere.get(), STDERR_FILENO);
}

std::string rendered(const Candidates& found, bool with_docs) {
    std::string out = found.files                                    ? "files " + found.file_prefix
                      : found.follow == Candidates::Follow::no_space ? "nospace"
                                                                     : "words";
    out += '\n';
    for (const Candidate& candidate : found.all) {
        if (base::visible(candidate.word) != candidate.word) continue; // a shell would see two words
        out += candidate.word;
        if (with_docs && !candidate.doc.empty()) out += "\t" + base::visible(candidate.doc);
        out += '\n';
    }
    return out;
}

} // namespace

int complete(const std::vector<std::string>& words) {
    if (words.empty()) return 0;
    const std::string& shell = words.front();
    std::vector<std::string> typed(words.begin() + 1, words.end());
    if (shell == "bash") {
        for (std::string& word : typed)
            word = unquoted(word);
    } else if (shell == "fish" && !typed.empty()) {
        typed.back() = unquoted(typed.back());
    }
    say_nothing_more();
    try {
        Globals globals;
        globals.db = database_option(typed);
        Session session(std::move(globals));
        base::write_all(STDOUT_FILENO, rendered(candidates(typed, in_database(session)), shell != "bash"));
    } catch (
        const std::exception&) { // NOLINT(bugprone-empty-catch): somebody is typing; silence is the answer
    }
    return 0;
}

} // namespace cli
