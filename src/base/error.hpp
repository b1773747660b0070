// What went wrong, as data. An Error carries everything a person is told; words and exit codes are made in
// one place, main.cpp. Expected answers of the outside world (a provider's refusal, mistakes in a manifest)
// are values, not Errors.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// Who can mend it, which decides the exit code. Closed: every switch over it names all of them.
enum class Fault {
    usage,       ///< the command line was wrong
    manifest,    ///< a manifest was wrong
    reference,   ///< a resource that is referred to does not exist or cannot be used
    secret,      ///< a secret cannot be resolved, sealed or opened
    not_found,   ///< the thing asked for does not exist
    store,       ///< the database cannot be used
    io,          ///< a file, directory or terminal cannot be used
    failed,      ///< the run failed for a reason of its own
    provider,    ///< a model provider refused or could not be reached
    policy,      ///< a policy or budget stopped the run
    approval,    ///< the run waits for a person
    interrupted, ///< a signal stopped us; the run can be resumed
    closed,      ///< the reader of stdout went away
    bug,         ///< a mistake in orloj itself
};

/// The process exit code for a fault. The table is part of the promise to scripts (README, orloj(1)).
int exit_code(Fault fault) noexcept;

/// The stable name scripts see in `error.code` of JSON output.
const char* fault_name(Fault fault) noexcept;
/// Reads `fault_name` back; Fault::failed for a word it does not know.
Fault fault_named(std::string_view name) noexcept;

/// A place in a text the user wrote. Lines and columns (in characters) start at 1; 0 means unknown.
struct Mark {
    int line = 0;
    int column = 0;
    bool operator==(const Mark&) const = default;
};

struct Location {
    std::string file;
    Mark mark;
};

/// "file:3:5", "file" when the line is unknown, "" when the file is.
std::string render(const Location& where);

/// The one exception type. Messages are lower case without a final period, name what failed first and put the
/// subject in 'single quotes'; a hint says the next thing to type.
class Error : public std::exception {
  public:
    Error(Fault fault, std::string message);

    Error&& hint(std::string text) &&;
    Error&& at(Location where) &&;
    /// Puts "context: " before the message, for a caller that knows more.
    Error& in(const std::string& context) &;

    [[nodiscard]] Fault fault() const noexcept { return fault_; }
    [[nodiscard]] const std::string& message() const noexcept { return message_; }
    [[nodiscard]] const std::vector<std::string>& hints() const noexcept { return hints_; }
    [[nodiscard]] const Location& where() const noexcept { return where_; }
    [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

  private:
    Fault fault_;
    std::string message_;
    std::vector<std::string> hints_;
    Location where_;
};

} // namespace base
