// The text of a Secret for AWS. People paste what they have: the JSON that AWS's tools print, a Bedrock API
// key, or by mistake half of a pair or a piece of a credentials file. Invariant: no message quotes the text.
#include "credential/aws.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "credential/aws_keys.hpp"

namespace credential {

namespace {

constexpr const char* wanted_form =
    R"(store {"access_key_id": "...", "secret_access_key": "..."} or a Bedrock API key, for example: )"
    "orloj create secret aws --stdin < keys.json";

base::Error refused(const std::string& source, std::string_view why) {
    return base::Error(base::Fault::secret, base::format("{} {}", source, why)).hint(wanted_form);
}

enum Part { id, secret, token, expiration, parts };

/// access_key_id, AccessKeyId, aws_access_key_id, AWS_ACCESS_KEY_ID and accessKeyId are one name.
int part_named(std::string_view name) {
    std::string plain = base::replace_all(base::lower(name), "_", "");
    if (plain.starts_with("aws")) plain.erase(0, 3);
    static constexpr std::array<std::string_view, parts> names{"accesskeyid", "secretaccesskey",
                                                               "sessiontoken", "expiration"};
    return static_cast<int>(std::find(names.begin(), names.end(), plain) - names.begin());
}

AwsKeys keys_of_object(const schema::Tree& object, const std::string& source, base::Time now) {
    std::array<std::string_view, parts> found;
    bool any = false;
    for (const auto& entry : object.entries) {
        const int part = part_named(entry.key);
        if (part == parts || entry.value.kind == schema::Tree::Kind::null) continue;
        if (!entry.value.is_text())
            throw refused(source, base::format("has a {} that is no text", entry.key));
        auto& text = found[static_cast<std::size_t>(part)];
        if (!text.empty()) throw refused(source, base::format("says {} twice", entry.key));
        text = base::trim(entry.value.text);
        any = true;
    }
    if (!any) {
        throw refused(source, "has none of the fields access_key_id, secret_access_key and session_token "
                              "(or AccessKeyId, SecretAccessKey, SessionToken)");
    }
    AwsKeys keys = checked_keys({found[id], found[secret], found[token]}, source);
    set_expiration(keys, found[expiration], source, now);
    return keys;
}

void wipe_texts(schema::Tree& tree) {
    base::wipe(tree.text);
    for (auto& entry : tree.entries)
        wipe_texts(entry.value);
}

AwsKeys keys_of_json(std::string_view text, const std::string& source, base::Time now) {
    schema::Parsed parsed = schema::parse_json(text);
    if (!parsed) {
        // Without the parser's words, which may name a member.
        const auto place = parsed.mark.line == 0
                               ? std::string()
                               : base::format(" (line {}, column {})", parsed.mark.line, parsed.mark.column);
        throw refused(source, base::format("begins like JSON but is not valid JSON{}", place));
    }
    const schema::Tree* object = &parsed.tree;
    if (const schema::Tree* inner = object->find("Credentials"); inner != nullptr && inner->is_map())
        object = inner;
    AwsKeys keys = keys_of_object(*object, source, now);
    wipe_texts(parsed.tree);
    return keys;
}

bool begins_with_key_id(std::string_view text) {
    if (!text.starts_with("AKIA") && !text.starts_with("ASIA")) return false;
    const std::string_view rest = text.substr(4, 16);
    const bool plain = std::all_of(rest.begin(), rest.end(),
                                   [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
    if (!plain || rest.size() < 12) return false;
    // An API key that happens to begin so goes on with letters.
    return text.size() <= 20 || std::string_view(" \t\r\n:,;|").find(text[20]) != std::string_view::npos;
}

void refuse_mistaken(std::string_view text, const std::string& source) {
    if (text.empty()) throw refused(source, "is empty");
    const std::string lowered = base::lower(text);
    if (lowered.find("access_key") != std::string::npos || text.front() == '[')
        throw refused(source, "holds lines of a file or a script, not JSON");
    if (text.front() == '"') throw refused(source, "is a JSON text, not an object");
    if (begins_with_key_id(text)) throw refused(source, "is an access key id without the other fields");
    if (!is_key_text(text))
        throw refused(
            source,
            "is neither JSON nor a Bedrock API key: it holds spaces, line breaks or letters that no key has");
}

} // namespace

AwsIdentity read_aws_secret(std::string_view text, std::string source, base::Time now) {
    text = base::trim(text);
    if (text.starts_with("\xef\xbb\xbf")) text = base::trim(text.substr(3));
    if (text.starts_with('{')) return {keys_of_json(text, source, now), std::move(source)};
    refuse_mistaken(text, source);
    return {base::SecretText(text), std::move(source)};
}

} // namespace credential
