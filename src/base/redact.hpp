// Takes secret values out of text before it is written anywhere.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/secret.hpp"

namespace base {

constexpr std::string_view secret_mark = "[secret]"; ///< what stands in the place of a value

/// Remembers secret values and replaces each occurrence by "[secret]": raw, escaped once or several times as
/// JSON does, URL-encoded, any mixture of these, or base64 (either alphabet, at any of the three alignments).
/// Where a text ends in the middle of a value, as one that a limit has cut, its beginning is replaced if it
/// is half of the value or 16 bytes. Values shorter than eight bytes are left alone: the usual dummy keys of
/// local servers are words ("none", "ollama"), and replacing words changes answers. Values that overlap in a
/// text are replaced together.
class Redactor {
  public:
    void add(std::string_view secret);
    [[nodiscard]] std::string operator()(std::string_view text) const;
    /// How many bytes at the end of `text` may be the beginning of a value, so that what comes next decides.
    [[nodiscard]] std::size_t begun(std::string_view text) const;
    [[nodiscard]] bool empty() const noexcept { return values_.empty(); }

  private:
    std::set<Digest> added_; ///< of values: the same keys come with every call
    std::vector<SecretText> values_;
    std::vector<SecretText> needles_; ///< what they are in base64
};

} // namespace base
