// What `get` shows of a resource: the columns of its kind, more of them with -o wide, or those a person asked
// for; and the order of --sort-by.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/field_path.hpp"
#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "terminal/table.hpp"

namespace cli {

/// A row with what is derived from it.
struct Shown {
    const Row& row;
    const std::string& status;
    std::string json; ///< compact, as -o jsonl prints it
};

class View {
  public:
    /// Throws Error{usage} when custom columns are written wrongly.
    View(const resource::Kind& kind, const Output& output, bool namespaces);
    [[nodiscard]] const terminal::Cells& header() const noexcept { return header_; }
    [[nodiscard]] terminal::Cells cells(const Shown& shown) const;
    /// The sheet for it: columns that were asked for are not shortened.
    [[nodiscard]] terminal::Sheet sheet() const;

  private:
    void add_custom(const std::string& text);
    const resource::Kind& kind_;
    Format format_;
    bool namespaces_;
    terminal::Cells header_;
    std::vector<FieldPath> paths_; ///< of custom columns
};

/// --sort-by COLUMN or .path.
class Order {
  public:
    /// Throws Error{usage} when it is neither a path nor a column of the kind or of `view`.
    Order(std::string_view text, const resource::Kind& kind, const View& view, Format format);
    /// What a row is sorted by; nullopt: it has nothing there, and comes last.
    [[nodiscard]] std::optional<std::string> key(const Shown& shown) const;
    /// Whether that takes Shown::json.
    [[nodiscard]] bool needs_json() const noexcept { return path_.has_value(); }
    [[nodiscard]] bool before(const std::optional<std::string>& a, const std::optional<std::string>& b) const;

  private:
    View columns_;
    std::size_t column_ = 0;
    std::optional<FieldPath> path_;
    bool by_age_ = false;
};

/// What follows --sort-by, and custom columns, in one line of JSON.
std::string compact_json(const Row& row, const std::string& status);

} // namespace cli
