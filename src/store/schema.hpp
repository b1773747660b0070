// The tables, as an append-only list of migrations. Invariant: a released migration never changes; a change
// of the schema is a new one at the end.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace store {

/// 'orlj', written into every file of ours.
constexpr std::uint32_t application_id = 0x6f726c6a;

/// Script i brings a file from user_version i to i + 1 and ends by saying so. Run inside one transaction.
std::span<const char* const> migrations() noexcept;

/// The user_version of a current file.
std::int64_t schema_version() noexcept;

/// The schema of a new database as SQL text, in a stable order: tables by their order of creation, then
/// indexes, triggers and views.
std::string schema_sql();

} // namespace store
