#include "cli/prompt.hpp"

#include <termios.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/os.hpp"
#include "base/text.hpp"

namespace cli {

namespace {

constexpr std::size_t longest_answer = 1U << 20U; // bytes

/// The terminal without echo and without signals from keys, put back whatever happens.
class QuietTerminal {
  public:
    QuietTerminal() {
        (void)tcgetattr(STDIN_FILENO, &before_);
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet); // what was typed already counts
    }
    ~QuietTerminal() { (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &before_); }
    QuietTerminal(const QuietTerminal&) = delete;
    QuietTerminal& operator=(const QuietTerminal&) = delete;

  private:
    termios before_{};
};

} // namespace

base::SecretText ask_unseen(const std::string& question, const std::string& nothing_done) {
    constexpr char interrupt = 3; // Ctrl-C
    constexpr char end = 4;       // Ctrl-D
    const QuietTerminal quiet;
    base::write_all(STDERR_FILENO, question);
    std::string line;
    char c = 0;
    while (line.size() < longest_answer && ::read(STDIN_FILENO, &c, 1) == 1 && c != '\n' && c != '\r' &&
           c != end) {
        if (c == interrupt) {
            base::wipe(line);
            base::write_all(STDERR_FILENO, "\n");
            throw base::Error(base::Fault::interrupted, nothing_done);
        }
        const bool erase = c == '\x7f' || c == '\b';
        if (!erase)
            line += c;
        else if (!line.empty())
            line.pop_back();
    }
    base::write_all(STDERR_FILENO, "\n");
    base::SecretText out(line);
    base::wipe(line);
    return out;
}

bool ask_yes(const std::string& question) {
    base::write_all(STDERR_FILENO, question + " [y/N] ");
    std::string line;
    char c = 0;
    while (::read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
        line += c;
    const std::string answer = base::lower(base::trim(line));
    return answer == "y" || answer == "yes";
}

} // namespace cli
