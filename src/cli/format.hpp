// The forms in which a command can print what it found: -o. The row of a command names those it takes.
#pragma once

#include <string>

#include "cli/command.hpp"

namespace cli {

enum class Format { table, wide, json, jsonl, yaml, name, columns, text, dot, mermaid, html, otlp };

struct Output {
    Format format = Format::table;
    std::string columns; ///< of Format::columns: what stands behind "custom-columns="
};

/// What -o says, as one of the formats of the row; the first of them when it says nothing.
/// Throws Error{usage}.
Output output_of(const CommandRow& row, const std::string& given);

} // namespace cli
