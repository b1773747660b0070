// Text that must not be seen: keys, tokens, passphrases.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

namespace base {

/// Owns bytes that are locked in memory where the system allows it, left out of core files and wiped when
/// they are no longer needed. Cannot be formatted, compared with == or converted by accident: who wants the
/// bytes says so.
class SecretText {
  public:
    SecretText() noexcept = default;
    /// Copies `text`; the caller still has to wipe its own copy.
    explicit SecretText(std::string_view text);
    SecretText(const SecretText& other) : SecretText(other.reveal()) {}
    SecretText(SecretText&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    SecretText& operator=(SecretText other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~SecretText();

    /// The bytes, valid as long as this object. Never keep, print or log them.
    [[nodiscard]] std::string_view reveal() const noexcept { return {data_, size_}; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

  private:
    char* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Overwrites memory in a way the compiler must not remove.
void wipe(void* data, std::size_t size) noexcept;
/// Wipes a string's bytes, including its spare capacity, and empties it.
template <typename String>
void wipe(String& text) noexcept {
    text.resize(text.capacity());
    wipe(text.data(), text.size());
    text.clear();
}

} // namespace base
