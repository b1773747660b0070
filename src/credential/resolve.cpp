#include "credential/resolve.hpp"

#include "base/os.hpp"
#include "base/text.hpp"

#include <cstdlib>

namespace credential {

namespace {

constexpr std::string_view prefix = "ORLOJ_SECRET_";

/// The key that opens all secrets has a name that a manifest could ask for, too.
constexpr std::string_view master_key = "ORLOJ_SECRET_ENCRYPTION_KEY";

std::optional<Found> from_variable(const std::string& name) {
    if (name == master_key) return std::nullopt;
    const char* value = std::getenv(name.c_str()); // NOLINT(concurrency-mt-unsafe): one thread
    if (value == nullptr) return std::nullopt;
    const std::string_view text = base::trim(value);
    if (text.empty()) {
        throw base::Error(base::Fault::secret,
                          base::format("the environment variable {} is set but empty", name))
            .hint(base::format("give it the key, or: unset {}", name));
    }
    return Found{base::SecretText(text), "environment " + name};
}

} // namespace

std::string upper_variable(std::string_view reference) {
    std::string out(prefix);
    for (const char c : base::upper(base::trim(reference))) {
        const bool plain = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        out += plain ? c : '_';
    }
    return out;
}

std::string written_variable(std::string_view reference) {
    std::string out(prefix);
    for (const char c : base::trim(reference))
        out += c == '-' || c == '.' || c == '/' || c == ':' ? '_' : c;
    return out;
}

std::optional<Found> resolve(std::string_view reference, std::string_view default_namespace,
                             const StoredSecret& stored) {
    const resource::SecretRef ref = resource::parse_secret_ref(reference, default_namespace);
    if (ref.secret.name.empty()) {
        throw base::Error(base::Fault::secret,
                          base::format("secretRef \"{}\" has empty secret name", reference));
    }
    if (auto value = stored(ref)) {
        const std::string_view text = base::trim(value->reveal());
        if (text.empty()) {
            throw base::Error(
                base::Fault::secret,
                base::format("secret \"{}\" key \"{}\" resolved empty value", ref.secret.name, ref.key));
        }
        std::string source = "secret " + ref.secret.text();
        if (ref.key != "value") source += ":" + ref.key;
        return Found{base::SecretText(text), std::move(source)};
    }
    if (auto found = from_variable(upper_variable(reference))) return found;
    return from_variable(written_variable(reference));
}

bool in_environment(std::string_view reference) {
    return from_variable(upper_variable(reference)) || from_variable(written_variable(reference));
}

std::optional<Found> vendor_key(std::string_view variable) {
    return variable.empty() ? std::nullopt : from_variable(std::string(variable));
}

} // namespace credential
