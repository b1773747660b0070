// The options of model endpoints, listed once: the codecs, the engine, `apply` and `explain` all go by these
// rows. Invariant: every name that is read anywhere has a row; a name without one has no effect.
#pragma once

#include <span>
#include <string_view>

#include "provider/provider.hpp"

namespace provider {

/// What a value has to look like. Narrower ranges (a temperature from 0 to 2) are the codec's own.
enum class OptionType {
    positive, ///< a whole number of at least 1
    natural,  ///< a whole number of at least 0
    integer,  ///< a whole number
    number,   ///< a number by JSON's grammar
    flag,     ///< true or false
    text,     ///< any text; the codec knows the words
    texts,    ///< one text, or a JSON list of texts
    header,   ///< text without line breaks
    headers,  ///< a JSON object of header names to texts, or one "Name: value" a line
    duration, ///< longer than nothing: 30s, 5m
    file,     ///< a path, from the working directory; "~/" is the home directory
};
/// "whole number, at least 1": for the table that `explain` prints.
std::string_view words_for(OptionType type) noexcept;

/// What the engine reads, providers without a network have too.
enum class ReadBy { codec, engine, both };

struct OptionRow {
    std::string_view name;
    OptionType type = OptionType::text;
    std::string_view default_value; ///< "": the provider's own, or none; `doc` says so where it matters
    /// Names in providers(); empty: every provider with a network.
    std::span<const std::string_view> providers;
    ReadBy read_by = ReadBy::codec;
    std::string_view doc;
};

/// All rows, in the order help shows them.
std::span<const OptionRow> option_rows();
/// nullptr when no provider knows that name.
const OptionRow* find_option(std::string_view name);
/// Whether the value goes into requests; the others are orloj's own business, the connection's, or headers.
bool is_sent(const OptionRow& row);
/// Whether the option does something for that provider.
bool takes(const Provider& provider, const OptionRow& row);

} // namespace provider
