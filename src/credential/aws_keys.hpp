// What every place that hands out AWS keys has in common: the pair is whole, no byte stands in it that would
// become another header, and what expired is not used. Invariant: no message made here holds a value.
#pragma once

#include <string>
#include <string_view>

#include "credential/aws.hpp"
#include "schema/tree.hpp"

namespace credential {

/// Keys as a place said them; "" where it said nothing.
struct KeyTexts {
    std::string_view access_key_id;
    std::string_view secret_access_key;
    std::string_view session_token;
};

/// How a place calls the members of its JSON object.
struct KeyNames {
    const char* access_key_id;
    const char* secret_access_key;
    const char* session_token;
    const char* expiration; ///< RFC 3339
};

/// `where` begins the message: "profile 'dev'". Throws Error{secret} when half of the pair is missing or
/// something holds a character that no key has.
AwsKeys checked_keys(const KeyTexts& texts, const std::string& where);

/// The same from a JSON object. Throws also when a member is no text, or the keys expired before `now`.
AwsKeys keys_from_json(const schema::Tree& object, const KeyNames& names, const std::string& where,
                       base::Time now);

/// Sets when the keys expire. Throws Error{secret} when `text` is no time or lies before `now`; "" says
/// nothing.
void set_expiration(AwsKeys& keys, std::string_view text, const std::string& where, base::Time now);

/// Throws Error{secret} when the keys have expired.
void refuse_expired(const AwsKeys& keys, const std::string& where, base::Time now);

/// Visible ASCII without a space, which is what keys and tokens are made of; not for "".
bool is_key_text(std::string_view text) noexcept;

} // namespace credential
