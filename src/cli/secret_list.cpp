// orloj secret list: which secrets there are and where each comes from; never a value.
#include <algorithm>
#include <map>

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/listing.hpp"
#include "cli/secrets.hpp"
#include "credential/resolve.hpp"
#include "terminal/table.hpp"

namespace cli {

namespace {

struct SecretRow {
    resource::Name name;
    std::vector<std::string> keys;
    std::string source;  ///< "stored", "environment VARIABLE", "missing"
    std::string created; ///< RFC 3339; "" when it is not stored
    std::vector<std::string> used_by;
};

/// The variable that would answer for a secret that is not stored; "" when none is set.
std::string variable_of(const std::string& reference) {
    for (const std::string& variable :
         {credential::upper_variable(reference), credential::written_variable(reference)}) {
        if (base::environment(variable)) return variable;
    }
    return {};
}

std::string_view reference_of(const resource::Resource& r) {
    const auto* endpoint = std::get_if<resource::ModelEndpointSpec>(&r.spec);
    return endpoint == nullptr ? std::string_view() : std::string_view(endpoint->auth.secret_ref);
}

class Secrets {
  public:
    Secrets(Session& session, const store::Filter& filter) : session_(session), filter_(filter) {}

    std::vector<SecretRow> read() {
        store::Connection* connection = session_.reading();
        if (connection == nullptr) return {};
        store::Resources table(*connection);
        for (const resource::Resource& r : table.list(resource::kind_of<resource::SecretSpec>(), filter_)) {
            SecretRow& row = rows_[{r.metadata.namespace_, r.metadata.name}];
            row.source = "stored";
            row.created = r.metadata.created_at;
            for (const auto& [key, value] : std::get<resource::SecretSpec>(r.spec).data)
                row.keys.push_back(key);
        }
        for (const resource::Kind& kind : resource::kinds()) {
            for (const resource::Resource& r : table.list(kind, {}))
                mentions(r);
        }
        std::vector<SecretRow> out;
        for (auto& [name, row] : rows_) {
            row.name = name;
            out.push_back(std::move(row));
        }
        return out;
    }

  private:
    void mentions(const resource::Resource& r) {
        for (const resource::Reference& reference : resource::references(r)) {
            if (reference.kind != &resource::kind_of<resource::SecretSpec>()) continue;
            const bool shown = !filter_.namespace_ || *filter_.namespace_ == reference.target.namespace_;
            auto it = rows_.find(reference.target);
            if (it == rows_.end()) {
                if (!shown || !filter_.labels.empty()) continue;
                it = rows_.emplace(reference.target, SecretRow{}).first;
                const std::string variable = variable_of(std::string(reference_of(r)));
                it->second.source = variable.empty() ? "missing" : "environment " + variable;
            }
            const bool near = reference.target.namespace_ == r.metadata.namespace_;
            it->second.used_by.push_back(
                near ? r.id()
                     : base::format("{}/{}/{}", r.kind().singular, r.metadata.namespace_, r.metadata.name));
        }
    }

    Session& session_;
    store::Filter filter_;
    std::map<resource::Name, SecretRow> rows_;
};

std::string text_of(Session& session, const std::vector<SecretRow>& rows, bool everywhere) {
    const base::Time now = session.clock().now();
    std::vector<std::vector<std::string>> lines;
    for (const SecretRow& row : rows) {
        const auto made = base::parse_rfc3339(row.created);
        std::vector<std::string> cells{row.name.name, row.keys.empty() ? "-" : base::join(row.keys, ","),
                                       row.source, row.used_by.empty() ? "-" : base::join(row.used_by, ","),
                                       made ? age(now - *made) : "-"};
        if (everywhere) cells.insert(cells.begin(), row.name.namespace_);
        lines.push_back(std::move(cells));
    }
    std::vector<std::string> header{"NAME", "KEYS", "SOURCE", "USED_BY", "AGE"};
    if (everywhere) header.insert(header.begin(), "NAMESPACE");
    return terminal::render_table(header, lines, terminal::sheet_of_stdout());
}

std::string json_of(const std::vector<SecretRow>& rows) {
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object().member("apiVersion", "orloj.dev/v1").key("items").begin_array();
    const auto list = [&out](std::string_view name, const std::vector<std::string>& words) {
        out.key(name).begin_array();
        for (const std::string& word : words)
            out.string(word);
        out.end_array();
    };
    for (const SecretRow& row : rows) {
        out.begin_object().member("namespace", row.name.namespace_).member("name", row.name.name);
        list("keys", row.keys);
        out.member("source", row.source);
        list("used_by", row.used_by);
        if (!row.created.empty()) out.member("createdAt", row.created);
        out.end_object();
    }
    return std::move(out.end_array().end_object()).take() + "\n";
}

int list_secrets(Session& session, const Arguments& arguments) {
    const Format format = session.format();
    const std::vector<SecretRow> rows = Secrets(session, label_filter(session, arguments)).read();
    if (format == Format::json) {
        session.out_foreign(json_of(rows));
    } else if (format == Format::name) {
        for (const SecretRow& row : rows)
            session.out(base::format("secret/{}\n", row.name.name));
    } else {
        session.out(text_of(session, rows, arguments.has("--all-namespaces")));
    }
    return 0;
}

} // namespace

Command secret_list_command() {
    return {"secret list",
            "List secrets, their keys, and where each comes from.",
            "Stored ones, and those that resources name and the environment has or nobody has. Values are\n"
            "never shown.",
            "  orloj secret list\n"
            "  orloj secret list -A -o json",
            {},
            {{"--all-namespaces", 'A', "", "In every namespace.", Takes::nothing},
             {"--selector", 'l', "K=V", "Only those stored with these labels.", Takes::many}},
            list_secrets};
}

} // namespace cli
