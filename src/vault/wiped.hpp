// A work buffer for bytes that must not stay in memory: key material on its way into a SecretText, padded
// plain text. Whoever fills it reserves its size first, so that no copy is left behind by growing.
#pragma once

#include <string>
#include <utility>

#include "base/secret.hpp"

namespace vault {

struct Wiped {
    std::string text;

    Wiped() = default;
    explicit Wiped(std::string content) : text(std::move(content)) {}
    Wiped(const Wiped&) = delete;
    Wiped& operator=(const Wiped&) = delete;
    ~Wiped() { base::wipe(text); }
};

} // namespace vault
