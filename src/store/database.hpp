// The one file everything is kept in. Invariant: whoever gets a connection from here has a file that is ours,
// in this version's schema, in write-ahead mode when it can be written, and durable at every commit.
#pragma once

#include <optional>
#include <string>

#include "store/sqlite.hpp"

namespace store {

/// Opens an existing file for looking. nullopt when there is no file, or an empty one: nothing has been
/// stored yet. Nothing is created; an older schema is brought up to date when the file can be written. Costs
/// one pragma beyond opening when the schema is current. Throws Error{store}.
std::optional<Connection> open_to_read(const std::string& path);

/// The same for a hint while somebody types: nothing is brought up to date (nullopt for an older schema), and
/// a lock is waited for 50 ms at most. Throws Error{store}.
std::optional<Connection> open_to_glance(const std::string& path);

/// Opens the file for writing; creates it (mode 0600) and its missing directories (0700) first where needed.
/// Throws Error{store}, also when the file can only be read.
Connection open_to_write(const std::string& path);

/// What SQLite finds wrong with the pages of the file, in one line, "" when nothing is. Reads all of it.
std::string integrity_problem(Connection& connection);

/// The same for a file that may be too damaged to be opened for use; "" also when there is none, and when it
/// does not say that it is ours. Changes nothing. Throws Error{store}.
std::string damage(const std::string& path);

/// Writes what the database holds at this moment, as one file without a log beside it, into `path`, which
/// must be an empty file. Runs may go on meanwhile. Throws Error{store}.
void copy_into(Connection& connection, const std::string& path);

/// Bytes of the file that hold nothing: what is written next goes there.
std::int64_t free_bytes(Connection& connection);

/// Gives them back to the system. Writes the whole file anew, and nobody else can write meanwhile.
void shrink(Connection& connection);

/// A new database that lives as long as the connection.
Connection open_in_memory();

} // namespace store
