#include "cli/passphrase.hpp"

#include "base/hash.hpp"
#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/prompt.hpp"

namespace cli {

namespace {

constexpr char variable[] = "ORLOJ_KEY_PASSPHRASE";
constexpr char file_variable[] = "ORLOJ_KEY_PASSPHRASE_FILE";
constexpr std::size_t longest = 64U << 10U; // bytes

base::SecretText first_line(std::string text) {
    base::SecretText out(std::string_view(text).substr(0, text.find_first_of("\r\n")));
    base::wipe(text);
    return out;
}

base::Error nobody_to_ask(const std::string& path) {
    return base::Error(base::Fault::secret,
                       base::format("the key file '{}' is locked with a passphrase", path))
        .hint(base::format("give it on a terminal, in {}, or in a file that {} names", variable,
                           file_variable));
}

} // namespace

std::optional<base::SecretText> passphrase_of_environment() {
    auto value = base::environment(variable);
    const auto path = base::environment(file_variable);
    if (value && path) {
        throw base::Error(base::Fault::secret,
                          base::format("{} and {} are both set", variable, file_variable))
            .hint(base::format("unset one of them: unset {}", variable));
    }
    if (value) {
        base::SecretText out(*value);
        base::wipe(*value);
        return out;
    }
    if (!path) return std::nullopt;
    try {
        base::SecretText out = first_line(base::read_file(*path, longest));
        if (!out.empty()) return out;
    } catch (base::Error& error) {
        throw base::Error(base::Fault::secret, base::format("{}: {}", file_variable, error.message()));
    }
    throw base::Error(base::Fault::secret,
                      base::format("{}: the first line of '{}' is empty", file_variable, *path));
}

base::SecretText known_passphrase(const Session& session, const std::string& path) {
    if (auto found = passphrase_of_environment()) return *std::move(found);
    if (!session.interactive()) throw nobody_to_ask(path);
    return ask_unseen(base::format("passphrase of '{}' (not shown): ", base::visible(path)),
                      "nothing was done");
}

base::SecretText new_passphrase(const Session& session, const std::string& path) {
    if (auto found = passphrase_of_environment()) return *std::move(found);
    if (!session.interactive()) {
        throw base::Error(base::Fault::secret,
                          base::format("no passphrase is given to lock the key file '{}' with", path))
            .hint(base::format("type it on a terminal, or put it in {}, or in a file that {} names", variable,
                               file_variable));
    }
    base::SecretText first = ask_unseen(
        base::format("new passphrase of '{}' (not shown): ", base::visible(path)), "nothing was changed");
    if (base::trim(first.reveal()).empty())
        throw base::Error(base::Fault::usage, "the passphrase is empty; nothing was changed");
    const base::SecretText second = ask_unseen("once more: ", "nothing was changed");
    if (!base::equal_in_constant_time(first.reveal(), second.reveal()))
        throw base::Error(base::Fault::usage, "the two are not the same; nothing was changed");
    return first;
}

} // namespace cli
