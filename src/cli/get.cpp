// orloj get: resources as a table, in a form for programs, or as they change.
#include <algorithm>

#include <unistd.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/probe.hpp"
#include "cli/view.hpp"
#include "cli/watch.hpp"
#include "manifest/manifest.hpp"

namespace cli {

namespace {

constexpr std::size_t piece = 1U << 16U; // bytes that are written at once

/// Writes much in pieces, so that a list of any length takes little memory and its first lines come soon.
class Pieces {
  public:
    explicit Pieces(const Session& session) : session_(session) {}
    void add(std::string_view text) {
        pending_ += text;
        if (pending_.size() >= piece) flush();
    }
    void flush() {
        foreign_ ? session_.out_foreign(pending_) : session_.out(pending_);
        pending_.clear();
    }
    /// Nobody made its control characters visible.
    void foreign() { foreign_ = true; }

  private:
    const Session& session_;
    std::string pending_;
    bool foreign_ = false;
};

struct Wanted {
    const resource::Kind* kind = nullptr;
    std::vector<std::string> names; ///< empty: all
    store::Filter filter;
    Output output;
    bool namespaces = false;
    bool headers = true;
    std::string sort_by;
    [[nodiscard]] bool single() const { return names.size() == 1; }
};

/// "KIND", "KIND NAME...", "KIND/NAME...".
void read_targets(const std::vector<std::string>& words, Wanted& out) {
    if (words.size() < 2 || words.front().find('/') == std::string::npos) {
        const Target first =
            parse_target({words.begin(), words.begin() + std::min<std::ptrdiff_t>(1, std::ssize(words))});
        out.kind = first.kind;
        if (!first.name.empty()) out.names.push_back(first.name);
        for (std::size_t i = 1; i < words.size(); ++i) {
            if (words[i].find('/') != std::string::npos || words[i].empty())
                throw base::Error(base::Fault::usage, base::format("'{}' is not a name", words[i]))
                    .hint("orloj get KIND NAME..., or orloj get KIND/NAME...");
            out.names.push_back(words[i]);
        }
        return;
    }
    for (const std::string& word : words) {
        if (word.find('/') == std::string::npos) {
            throw base::Error(base::Fault::usage, base::format("'{}' does not say its kind", word))
                .hint("orloj get KIND NAME..., or orloj get KIND/NAME...");
        }
        const Target target = parse_target({word});
        if (target.name.empty() || (out.kind != nullptr && out.kind != target.kind)) {
            throw base::Error(base::Fault::usage, "several names have to be of one kind")
                .hint("orloj get KIND NAME..., or orloj get KIND/NAME...");
        }
        out.kind = target.kind;
        out.names.push_back(target.name);
    }
}

Wanted wanted_of(Session& session, const Arguments& arguments) {
    Wanted out;
    read_targets(arguments.many("RESOURCE"), out);
    if (!out.names.empty() && arguments.has("--selector"))
        throw base::Error(base::Fault::usage, "-l selects from a list, and a single resource is named");
    if (!out.names.empty() && arguments.has("--all-namespaces"))
        throw base::Error(base::Fault::usage, "-A lists all namespaces, and a single resource is named")
            .hint("name its namespace: -n NAME");
    const bool watches = arguments.has("--watch");
    out.output = session.output();
    if (watches && (out.output.format == Format::json || out.output.format == Format::yaml)) {
        throw base::Error(base::Fault::usage,
                          base::format("a list that goes on is no {} document",
                                       out.output.format == Format::json ? "JSON" : "YAML"))
            .hint("one object a line: -o jsonl");
    }
    if (out.single() && !watches && session.globals().output.empty()) out.output.format = Format::yaml;
    out.filter = label_filter(session, arguments);
    out.namespaces = arguments.has("--all-namespaces");
    out.headers = !arguments.has("--no-headers");
    out.sort_by = arguments.one("--sort-by").value_or("");
    return out;
}

/// Asks the endpoints of the rows now, and puts what was found into the rows.
std::vector<Probed> probe_rows(Session& session, std::vector<Row>& rows) {
    std::vector<resource::Resource> endpoints;
    for (const Row& row : rows)
        endpoints.push_back(row.resource);
    std::vector<Probed> found = probe(session, endpoints, Look::readiness);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].probe = row_of(found[i]);
        rows[i].read_at = session.clock().now();
    }
    return found;
}

/// What a table has no room for: why an endpoint is not ready, and what to do.
void explain(const Session& session, const std::vector<Probed>& found) {
    for (const Probed& one : found) {
        const provider::Verdict& verdict = one.verdict;
        if (verdict.readiness == provider::Readiness::ready) continue;
        session.say(base::format("{}: {}: {}", short_name(one.endpoint.metadata),
                                 schema::name_of(verdict.readiness), verdict.sentence));
        if (!verdict.hint.empty()) session.say("  hint: " + verdict.hint);
    }
}

/// A terminal that shows only a header leaves a person alone.
void explain_nothing(Session& session, const Wanted& wanted) {
    if (!base::is_terminal(STDOUT_FILENO)) return;
    store::Connection* connection = session.reading();
    const auto counts = connection == nullptr ? std::map<std::string, std::int64_t>{}
                                              : store::Resources(*connection).counts();
    session.say(base::format(
        "no {}{}{}", wanted.kind->plural, wanted.filter.labels.empty() ? "" : " with these labels",
        wanted.namespaces ? "" : base::format(" in namespace '{}'", session.namespace_())));
    if (counts.empty())
        session.say("hint: nothing is stored yet: orloj apply -f FILE, or orloj run -f FILE");
    else if (counts.contains(std::string(wanted.kind->name)) && !wanted.namespaces)
        session.say("hint: there are some elsewhere: add -A");
}

/// Prints rows as they come, or all of them at the end where their order or their widths ask for that.
class Printer {
  public:
    Printer(Session& session, const Wanted& wanted)
        : out_(session), wanted_(wanted), view_(*wanted.kind, wanted.output, wanted.namespaces) {
        if (!wanted.sort_by.empty())
            order_.emplace(wanted.sort_by, *wanted.kind, view_, wanted.output.format);
        if (!is_table()) out_.foreign();
    }

    void add(Listing& listing, const Row& row) {
        const std::string status = listing.status(row);
        Shown shown{row, status, ""};
        if (needs_json() || (order_ && order_->needs_json())) shown.json = compact_json(row, status);
        Item item{order_ ? order_->key(shown) : std::nullopt, {}, {}};
        const Format format = wanted_.output.format;
        if (is_table())
            item.cells = view_.cells(shown);
        else if (format == Format::name)
            item.text = row.resource.id();
        else
            item.text = format == Format::json ? indented(row, status) : std::move(shown.json);
        ++count_;
        if (order_ || is_table() || wanted_.output.format == Format::yaml)
            items_.push_back(std::move(item));
        else
            print(item);
    }

    void finish() {
        if (order_) {
            std::stable_sort(items_.begin(), items_.end(),
                             [this](const Item& a, const Item& b) { return order_->before(a.key, b.key); });
        }
        if (is_table()) {
            print_table();
        } else if (wanted_.output.format == Format::yaml) {
            print_yaml();
        } else {
            for (const Item& item : items_)
                print(item);
            if (wanted_.output.format == Format::json && !wanted_.single())
                out_.add(printed_ == 0 ? head() + "]\n}\n" : "\n  ]\n}\n");
        }
        out_.flush();
    }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }

  private:
    struct Item {
        std::optional<std::string> key;
        terminal::Cells cells;
        std::string text;
    };

    [[nodiscard]] bool is_table() const {
        const Format format = wanted_.output.format;
        return format == Format::table || format == Format::wide || format == Format::columns;
    }
    [[nodiscard]] bool needs_json() const {
        const Format format = wanted_.output.format;
        return format == Format::columns || format == Format::jsonl || format == Format::yaml;
    }
    static std::string head() { return "{\n  \"apiVersion\": \"orloj.dev/v1\",\n  \"items\": ["; }

    /// As it stands in the list, which is written around it.
    [[nodiscard]] std::string indented(const Row& row, const std::string& status) const {
        base::JsonWriter json(base::JsonWriter::Style::indented);
        write(json, row, status);
        return wanted_.single() ? std::move(json).take()
                                : "\n    " + base::replace_all(json.text(), "\n", "\n    ");
    }

    void print(const Item& item) {
        if (wanted_.output.format == Format::json && !wanted_.single())
            out_.add(printed_ == 0 ? head() : ",");
        out_.add(item.text);
        if (wanted_.output.format != Format::json || wanted_.single()) out_.add("\n");
        ++printed_;
    }

    void print_table() {
        terminal::Table table(view_.header(), view_.sheet());
        if (!wanted_.headers) table.without_header();
        for (const Item& item : items_)
            table.measure(item.cells);
        if (wanted_.headers) out_.add(table.head());
        for (const Item& item : items_)
            out_.add(table.line(item.cells));
    }

    void print_yaml() {
        std::string json = wanted_.single() ? "" : R"({"apiVersion":"orloj.dev/v1","items":[)";
        for (const Item& item : items_)
            json += (&item == items_.data() ? "" : ",") + item.text;
        if (!wanted_.single()) json += "]}";
        out_.add(manifest::render_yaml(schema::parse_json(json).tree));
    }

    Pieces out_;
    const Wanted& wanted_;
    View view_;
    std::optional<Order> order_;
    std::vector<Item> items_;
    std::size_t count_ = 0;
    std::size_t printed_ = 0;
};

/// The named ones; who is missing is told of and makes the command fail.
int print_named(Session& session, const Wanted& wanted, Listing& listing, Printer& printer) {
    int code = 0;
    for (const std::string& name : wanted.names) {
        const std::vector<Row> rows = listing.read(*wanted.kind, {}, name);
        if (!rows.empty()) {
            printer.add(listing, rows.front());
            continue;
        }
        try {
            not_found(session, *wanted.kind, {session.namespace_(), name});
        } catch (const base::Error& error) {
            if (wanted.single()) throw;
            session.show(error);
            code = base::exit_code(error.fault());
        }
    }
    if (printer.count() > 0) printer.finish();
    return code;
}

int get_probed(Session& session, const Wanted& wanted) {
    Listing listing(session);
    std::vector<Row> rows = listing.read(*wanted.kind, wanted.filter,
                                         wanted.names.empty() ? std::string() : wanted.names.front());
    if (wanted.single() && rows.empty())
        not_found(session, *wanted.kind, {session.namespace_(), wanted.names.front()});
    const std::vector<Probed> found = probe_rows(session, rows);
    Printer printer(session, wanted);
    for (const Row& row : rows)
        printer.add(listing, row);
    printer.finish();
    keep(session, found);
    if (wanted.output.format == Format::table || wanted.output.format == Format::wide)
        explain(session, found);
    return 0;
}

int get(Session& session, const Arguments& arguments) {
    const Wanted wanted = wanted_of(session, arguments);
    const bool asks = arguments.has("--probe");
    if (asks && wanted.kind != &resource::kind_of<resource::ModelEndpointSpec>()) {
        throw base::Error(base::Fault::usage,
                          base::format("--probe asks model endpoints, and {} are none", wanted.kind->plural))
            .hint("orloj get model-endpoints --probe");
    }
    if (asks && arguments.has("--watch"))
        throw base::Error(base::Fault::usage, "--probe asks once, and --watch goes on");
    if (asks && wanted.names.size() > 1)
        throw base::Error(base::Fault::usage, "--probe asks one endpoint or all of them");
    if (asks) return get_probed(session, wanted);
    Listing listing(session);
    if (arguments.has("--watch")) {
        for (const std::string& name : wanted.names) {
            if (listing.read(*wanted.kind, {}, name).empty())
                not_found(session, *wanted.kind, {session.namespace_(), name});
        }
        return watch(session, listing,
                     {wanted.kind, wanted.names, wanted.filter, wanted.output, wanted.namespaces,
                      wanted.headers, wanted.sort_by});
    }
    Printer printer(session, wanted);
    // One view of the store for the whole listing, and one lock instead of one a query.
    std::optional<store::Transaction> one_state;
    if (store::Connection* connection = session.reading())
        one_state.emplace(*connection, store::Transaction::Kind::read);
    if (!wanted.names.empty()) return print_named(session, wanted, listing, printer);
    listing.visit(*wanted.kind, wanted.filter, [&](const Row& row) { printer.add(listing, row); });
    printer.finish();
    const bool table = wanted.output.format == Format::table || wanted.output.format == Format::wide;
    if (printer.count() == 0 && table) explain_nothing(session, wanted);
    return 0;
}

} // namespace

Command get_command() {
    return {
        "get",
        "List resources, or show one as YAML.",
        "RESOURCE is a kind in any spelling (agents, Agent, model-endpoint, ...), and names for some of "
        "them.\n"
        "STATUS is computed here, without the network; for model endpoints PROBE is what the last --probe "
        "or\n"
        "`doctor` found. A terminal gets what fits its width, a pipe everything. -o also knows wide, jsonl\n"
        "and custom-columns=NAME:.PATH,...",
        "  orloj get tasks --watch\n"
        "  orloj get agents -A -l team=docs\n"
        "  orloj get tasks -o custom-columns=NAME:.metadata.name --sort-by NAME",
        {{"RESOURCE", "A kind, and names: agents a b, or agent/a.", Takes::many, true}},
        {{"--all-namespaces", 'A', "", "Every namespace.", Takes::nothing},
         {"--selector", 'l', "K=V", "Only resources with these labels.", Takes::many},
         {"--sort-by", 0, "COLUMN", "A column, or a path like .metadata.created_at.", Takes::one},
         {"--no-headers", 0, "", "Rows only.", Takes::nothing},
         {"--watch", 'w', "", "Go on and print what changes.", Takes::nothing},
         {"--probe", 0, "", "Ask model endpoints now whether they are ready.", Takes::nothing}},
        get};
}

} // namespace cli
