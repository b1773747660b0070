// Runs the command line and turns what went wrong into words and an exit code, in this one place.
#include <exception>
#include <new>
#include <string>
#include <vector>

#include <unistd.h>

#include "base/error.hpp"
#include "base/os.hpp"
#include "cli/main.hpp"
#include "cli/session.hpp"

namespace {

void tell(const std::string& text) noexcept {
    try {
        base::write_all(STDERR_FILENO, text);
    } catch (...) { // NOLINT(bugprone-empty-catch): nobody is left to tell
    }
}

int report(const base::Error& error) {
    if (error.fault() == base::Fault::closed) return base::exit_code(error.fault());
    std::string text = cli::render(error);
    if (error.fault() == base::Fault::bug) text += "hint: this is a mistake in orloj; please report it\n";
    tell(text);
    return base::exit_code(error.fault());
}

} // namespace

int main(int argc, char** argv) {
    base::harden_process();
    try {
        return cli::run(std::vector<std::string>(argv + 1, argv + argc));
    } catch (const base::Error& error) {
        return report(error);
    } catch (const std::bad_alloc&) {
        tell("error: out of memory\n");
        return 1;
    } catch (const std::exception& error) {
        return report(base::Error(base::Fault::bug, error.what()));
    }
}
