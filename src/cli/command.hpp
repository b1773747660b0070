// What a command is, as data: one table, from which parsing, help, completion, the man pages and the README's
// list are made. A command is one file: its row and the function behind it.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

class Session;

enum class Takes { nothing, one, many };

/// What a word of the command line names, for completion and the man pages.
enum class Means {
    unsaid,     ///< what its placeholder says (the table is in placeholder.cpp)
    anything,   ///< a text, a number, a new name
    file,       ///< a file or a folder
    keyed_file, ///< KEY=PATH
    kind,       ///< a kind of resource
    resource,   ///< a kind, or one resource of it: KIND, KIND/NAME, KIND NAME
    target,     ///< one resource: KIND/NAME or KIND NAME
    task,       ///< task/NAME, or its name alone
    agent,
    system,
    endpoint,
    secret,
    namespace_,
    topic,  ///< what `explain` tells about
    choice, ///< one of `choices`
};

struct Option {
    std::string_view name;  ///< "--file"
    char letter = 0;        ///< 'f' for -f; 0: none
    std::string_view value; ///< "PATH", for help; empty when it takes nothing
    std::string_view doc;
    Takes takes = Takes::nothing;
    Means means = Means::unsaid;
    std::string_view choices; ///< of Means::choice, with spaces between them
};

struct Positional {
    std::string_view name; ///< "TARGET"
    std::string_view doc;
    Takes takes = Takes::one;
    bool required = true;
    Means means = Means::unsaid;
    std::string_view choices; ///< of Means::choice, with spaces between them
};

/// What the person typed for one command.
class Arguments {
  public:
    void set(std::string_view name, std::vector<std::string> values) {
        values_[std::string(name)] = std::move(values);
    }
    [[nodiscard]] bool has(std::string_view name) const { return values_.contains(std::string(name)); }
    [[nodiscard]] std::optional<std::string> one(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> many(std::string_view name) const;

  private:
    std::map<std::string, std::vector<std::string>> values_;
};

struct Command {
    std::string_view name;    ///< "create secret"
    std::string_view summary; ///< one line
    std::string_view doc;     ///< paragraphs; a line that begins with a space is shown as it is
    std::string_view example; ///< lines to type; the tests type them
    std::vector<Positional> positionals;
    std::vector<Option> options;
    int (*run)(Session&, const Arguments&) = nullptr; ///< returns the exit code; throws base::Error
};

/// The parts of the help page, in its order.
enum class Group { unsaid, declare, run, look, keys, more };

/// All commands, in the order help shows them. Built row by row on demand: a start pays for its own row only.
struct CommandRow {
    std::string_view name; ///< with "__" in front: works, but help does not show it
    Command (*make)();
    Group group = Group::unsaid;
    /// What -o can be, with spaces between them, the default first; "" when the command prints no data. A
    /// word that ends in = takes more: "custom-columns=".
    std::string_view formats;
    [[nodiscard]] constexpr bool hidden() const { return name.starts_with("__"); }
};
std::span<const CommandRow> command_rows();
/// nullptr when there is none.
const CommandRow* find_row(std::string_view name);
/// "Keys and models", and what it is about: "seal keys, ask whether endpoints are ready".
std::string_view group_title(Group group);

/// Options every command takes, at any place of the command line.
std::span<const Option> global_options();

/// How many words an option of global_options(), --help or --version takes that begins with this one: 2 when
/// its value follows, 1 when it has none or holds it (--db=x, -ojson, -qv); 0 for every other word.
std::size_t global_span(std::string_view word);

/// The words of a text with spaces between them.
std::vector<std::string_view> words_of(std::string_view text);

/// What stands in a place: as it says itself, else as its placeholder says (placeholder.cpp).
Means means_of(const Option& option);
Means means_of(const Positional& positional);

struct Globals {
    std::optional<std::string> db;
    std::optional<std::string> namespace_;
    std::string output; ///< "" when not given
    bool quiet = false;
    bool verbose = false;
    bool no_color = false;
};

struct Parsed {
    Globals globals;
    Arguments arguments;
};

/// Reads the words after the command's name (arguments.cpp, the only file that includes CLI11).
/// Throws Error{usage}.
Parsed parse_arguments(const Command& command, std::vector<std::string> words);

/// "did you mean '--output'?" for an option nobody knows; nullopt when none is near.
std::optional<std::string> option_meant(const Command* command, std::string_view typed);

} // namespace cli
