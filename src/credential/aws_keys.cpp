#include "credential/aws_keys.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace credential {

namespace {

base::Error failed(const std::string& where, std::string_view what) {
    return {base::Fault::secret, base::format("{} {}", where, what)};
}

void refuse_odd(std::string_view text, const std::string& where, std::string_view name) {
    if (!text.empty() && !is_key_text(text))
        throw failed(where, base::format("has a character in its {} that no key has", name));
}

std::string_view member(const schema::Tree& object, const char* name, const std::string& where) {
    const schema::Tree* found = object.find(name);
    if (found == nullptr || found->kind == schema::Tree::Kind::null) return {};
    if (!found->is_text()) throw failed(where, base::format("has a {} that is no text", name));
    return found->text;
}

bool all_of(std::string_view text, bool (*allowed)(char)) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

} // namespace

bool is_key_text(std::string_view text) noexcept {
    return all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

AwsKeys checked_keys(const KeyTexts& texts, const std::string& where) {
    if (texts.access_key_id.empty() && texts.secret_access_key.empty()) throw failed(where, "has no keys");
    if (texts.access_key_id.empty()) throw failed(where, "has a secret access key but no access key id");
    if (texts.secret_access_key.empty()) throw failed(where, "has an access key id but no secret access key");
    refuse_odd(texts.access_key_id, where, "access key id");
    refuse_odd(texts.secret_access_key, where, "secret access key");
    refuse_odd(texts.session_token, where, "session token");
    return {base::SecretText(texts.access_key_id),
            base::SecretText(texts.secret_access_key),
            base::SecretText(texts.session_token),
            {}};
}

void refuse_expired(const AwsKeys& keys, const std::string& where, base::Time now) {
    if (keys.expires && *keys.expires <= now)
        throw failed(where, base::format("has keys that expired at {}", base::rfc3339(*keys.expires)));
}

void set_expiration(AwsKeys& keys, std::string_view text, const std::string& where, base::Time now) {
    if (text.empty()) return;
    keys.expires = base::parse_rfc3339(text);
    if (!keys.expires) throw failed(where, "has an expiration that is no time (2026-01-31T12:00:00Z)");
    refuse_expired(keys, where, now);
}

AwsKeys keys_from_json(const schema::Tree& object, const KeyNames& names, const std::string& where,
                       base::Time now) {
    const KeyTexts texts{member(object, names.access_key_id, where),
                         member(object, names.secret_access_key, where),
                         member(object, names.session_token, where)};
    AwsKeys keys = checked_keys(texts, where);
    set_expiration(keys, member(object, names.expiration, where), where, now);
    return keys;
}

} // namespace credential
