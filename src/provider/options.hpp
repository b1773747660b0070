// spec.options of an endpoint, read strictly. A value the person set is sent as written or refused before
// anything is sent; it is never clamped, rounded or dropped. Invariant: what is returned is JSON text with
// the digits the person wrote, or "" when the option is not set.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "provider/provider.hpp"

namespace provider {

class OptionReader {
  public:
    /// `endpoint` must outlive the reader. `provider` is its name, for messages.
    OptionReader(const Endpoint& endpoint, std::string_view provider)
        : endpoint_(endpoint), provider_(provider) {}

    [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }
    /// Without white space at both ends; "" when not set.
    [[nodiscard]] std::string_view text(std::string_view key) const;
    /// A header value: refuses line breaks and NUL.
    std::string header(std::string_view key);
    std::string integer(std::string_view key, std::int64_t least);
    std::string number(std::string_view key);
    std::string number(std::string_view key, double least, double most);
    std::optional<bool> flag(std::string_view key);
    /// One text, or a JSON list of at most `most` texts; a JSON string where white space matters.
    std::vector<std::string> texts(std::string_view key, std::size_t most);
    /// Longer than nothing; nullopt when not set.
    std::optional<base::Duration> duration(std::string_view key);
    std::vector<http::Header> headers(std::string_view key);
    /// Says no when the value is none of the words.
    void one_of(std::string_view key, std::span<const std::string_view> words);
    /// Wrong in a way only the codec knows: `clause` follows "options.KEY 'VALUE' of model endpoint 'NAME'".
    void complain(std::string_view key, std::string_view clause);
    /// Says no when the option is set.
    void refuse(std::string_view key, std::string_view why);

    /// The first complaint, whole sentence; "" when there is none.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

  private:
    const Endpoint& endpoint_;
    std::string_view provider_;
    std::string problem_;
};

/// "model endpoint 'ns/name'"
std::string subject(const Endpoint& endpoint);

/// An option that other providers take and this one does not, or "". What no provider knows is no problem
/// here, and nothing is one where nothing is sent (mock).
std::string foreign_option_problem(const Provider& provider, const Endpoint& endpoint);
/// A value that does not look as its row in the table of options says, or "".
std::string option_value_problem(const Provider& provider, const Endpoint& endpoint);

/// What options say about waiting; http's defaults for the rest.
http::Timeouts timeouts_of(const Endpoint& endpoint);

} // namespace provider
