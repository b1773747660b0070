// orloj recover: what can still be read of a damaged database, as a new one.
#include <filesystem>

#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/new_file.hpp"
#include "cli/session.hpp"
#include "store/recover.hpp"

namespace cli {

namespace {

std::string text_of(const std::vector<store::RecoveredTable>& tables) {
    std::string out;
    for (const store::RecoveredTable& table : tables)
        out += base::format("{:<16} {}{}\n", table.name,
                            base::counted(static_cast<std::size_t>(table.rows), "row"),
                            table.whole ? "" : ", not all of them");
    return out;
}

std::string json_of(const std::string& path, const std::vector<store::RecoveredTable>& tables) {
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object().member("apiVersion", "orloj.dev/v1").member("path", path).key("tables").begin_array();
    for (const store::RecoveredTable& table : tables)
        out.begin_object()
            .member("name", table.name)
            .member("rows", table.rows)
            .member("whole", table.whole)
            .end_object();
    return std::move(out.end_array().end_object()).take() + "\n";
}

int recover(Session& session, const Arguments& arguments) {
    const std::string path = arguments.one("FILE").value_or("");
    const std::string& damaged = session.database_path();
    std::error_code error;
    if (!std::filesystem::exists(damaged, error))
        throw base::Error(base::Fault::not_found, base::format("there is no database at '{}'", damaged))
            .hint("name the damaged file with --db");
    const auto taken = [&] {
        return base::Error(base::Fault::usage, base::format("'{}' exists already; nothing was written", path))
            .hint("name another file");
    };
    if (std::filesystem::symlink_status(path, error).type() != std::filesystem::file_type::not_found)
        throw taken();
    const NewFile file(path);
    const std::vector<store::RecoveredTable> tables = store::recover(damaged, file.path());
    if (!file.become(path, false)) throw taken();
    session.out(session.format() == Format::json ? json_of(path, tables) : text_of(tables));
    session.say(base::format("the damaged file is as it was; try the new one: orloj --db {} doctor", path));
    return 0;
}

} // namespace

Command recover_command() {
    return {
        "recover",
        "Save what can be read of a damaged database in a new file.",
        "The database that --db names is read row by row and stays as it is; what cannot be read, and what\n"
        "belongs to it, is left out. A backup is better: orloj restore FILE.",
        "  orloj recover recovered.db\n"
        "  orloj recover recovered2.db -o json",
        {{"FILE", "A new file.", Takes::one, true, Means::file}},
        {},
        recover};
}

} // namespace cli
