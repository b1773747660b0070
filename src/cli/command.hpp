// What a command is, as data: one table, from which parsing, help, completion and the man page are made. A
// command is one file: its row and the function behind it.
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

struct Option {
    std::string_view name;  ///< "--file"
    char letter = 0;        ///< 'f' for -f; 0: none
    std::string_view value; ///< "PATH", for help; empty when it takes nothing
    std::string_view doc;
    Takes takes = Takes::nothing;
};

struct Positional {
    std::string_view name; ///< "TARGET"
    std::string_view doc;
    Takes takes = Takes::one;
    bool required = true;
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
    std::string_view doc;     ///< paragraphs
    std::string_view example; ///< lines to type
    std::vector<Positional> positionals;
    std::vector<Option> options;
    int (*run)(Session&, const Arguments&) = nullptr; ///< returns the exit code; throws base::Error
};

/// All commands, in the order help shows them. Built row by row on demand: a start pays for its own row only.
struct CommandRow {
    std::string_view name; ///< with "__" in front: works, but help does not show it
    Command (*make)();
    [[nodiscard]] constexpr bool hidden() const { return name.starts_with("__"); }
};
std::span<const CommandRow> command_rows();

/// Options every command takes, at any place of the command line.
std::span<const Option> global_options();

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

/// The help page of a command, and of the program.
std::string help_of(const Command& command);
std::string help();

} // namespace cli
