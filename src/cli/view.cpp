#include "cli/view.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "cli/columns.hpp"

namespace cli {

namespace {

bool is_task(const resource::Kind& kind) {
    return &kind == &resource::kind_of<resource::TaskSpec>();
}

std::string labels_of(const resource::Metadata& metadata) {
    std::vector<std::string> out;
    for (const auto& [key, value] : metadata.labels)
        out.push_back(base::format("{}={}", key, value));
    return out.empty() ? "-" : base::join(out, ",");
}

std::string age_of(const Row& row) {
    const auto created = base::parse_rfc3339(row.resource.metadata.created_at);
    return created ? age(row.read_at - *created) : "-";
}

std::string seconds_between(base::Time from, base::Time to) {
    return base::format("{}.{:01}s", (to - from).ms() / 1000, (to - from).ms() % 1000 / 100);
}

void add_run_cells(const Row& row, terminal::Cells& out) {
    if (!row.run || !row.run->started) {
        out.insert(out.end(), {"0", "-", "-"});
        return;
    }
    const store::RunRow& run = *row.run;
    out.push_back(std::to_string(run.model_calls));
    out.push_back(base::format("{}/{}", run.input_tokens, run.output_tokens));
    out.push_back(run.finished ? seconds_between(*run.started, *run.finished) : "-");
}

} // namespace

std::string compact_json(const Row& row, const std::string& status) {
    base::JsonWriter out;
    write(out, row, status);
    return std::move(out).take();
}

View::View(const resource::Kind& kind, const Output& output, bool namespaces)
    : kind_(kind), format_(output.format), namespaces_(namespaces) {
    if (format_ == Format::columns) {
        add_custom(output.columns);
        return;
    }
    if (namespaces) header_.emplace_back("NAMESPACE");
    header_.emplace_back("NAME");
    const Columns& own = columns_of(kind);
    header_.insert(header_.end(), own.header.begin(), own.header.end());
    if (format_ != Format::wide) return;
    if (is_task(kind)) header_.insert(header_.end(), {"CALLS", "TOKENS", "DURATION"});
    header_.insert(header_.end(), {"AGE", "GENERATION", "LABELS"});
}

void View::add_custom(const std::string& text) {
    for (const std::string_view part : base::split(text, ',')) {
        const std::size_t colon = part.find(':');
        if (colon == std::string_view::npos || colon == 0) {
            throw base::Error(base::Fault::usage,
                              base::format("invalid column \"{}\": expected NAME:.PATH", part))
                .hint("-o custom-columns=NAME:.metadata.name,PHASE:.status.phase");
        }
        header_.emplace_back(part.substr(0, colon));
        paths_.push_back(FieldPath::parse(part.substr(colon + 1)));
    }
}

terminal::Cells View::cells(const Shown& shown) const {
    const resource::Metadata& metadata = shown.row.resource.metadata;
    terminal::Cells out;
    if (format_ == Format::columns) {
        const schema::Parsed object = schema::parse_json(shown.json, schema::Marks::none);
        for (const FieldPath& path : paths_)
            out.push_back(path.find(object.tree).value_or("<none>"));
        return out;
    }
    if (namespaces_) out.push_back(metadata.namespace_);
    out.push_back(metadata.name);
    for (std::string& cell : columns_of(kind_).cells(shown.row, shown.status))
        out.push_back(std::move(cell));
    if (format_ != Format::wide) return out;
    if (is_task(kind_)) add_run_cells(shown.row, out);
    out.push_back(age_of(shown.row));
    out.push_back(std::to_string(metadata.generation));
    out.push_back(labels_of(metadata));
    return out;
}

terminal::Sheet View::sheet() const {
    terminal::Sheet out = terminal::sheet_of_stdout();
    if (format_ != Format::table) out.columns = std::string::npos;
    return out;
}

Order::Order(std::string_view text, const resource::Kind& kind, const View& view, Format format)
    : columns_(format == Format::columns ? view : View(kind, {Format::wide, ""}, true)) {
    if (text.starts_with('.') || text.starts_with('{') || text.starts_with('[')) {
        path_ = FieldPath::parse(text);
        return;
    }
    by_age_ = format != Format::columns && base::same_ignoring_case(text, "AGE");
    const terminal::Cells& header = columns_.header();
    const auto it = std::find_if(header.begin(), header.end(), [&](const std::string& column) {
        return base::same_ignoring_case(column, text);
    });
    if (it == header.end()) {
        const auto meant = base::nearest(base::upper(text), header);
        throw base::Error(base::Fault::usage, base::format("there is no column \"{}\" to sort by", text))
            .hint(meant
                      ? base::format("did you mean '{}'?", *meant)
                      : base::format("columns: {}; or a path like .metadata.name", base::join(header, ", ")));
    }
    column_ = static_cast<std::size_t>(it - header.begin());
}

std::optional<std::string> Order::key(const Shown& shown) const {
    if (by_age_) return shown.row.resource.metadata.created_at;
    if (path_) return path_->find(schema::parse_json(shown.json, schema::Marks::none).tree);
    std::string cell = columns_.cells(shown)[column_];
    if (cell.empty() || cell == "-" || cell == "<none>") return std::nullopt;
    return cell;
}

bool Order::before(const std::optional<std::string>& a, const std::optional<std::string>& b) const {
    if (!a || !b) return a.has_value() && !b.has_value();
    return by_age_ ? *b < *a : compare_naturally(*a, *b) < 0; // the youngest first
}

} // namespace cli
