#include "cli/watch.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "cli/follow.hpp"
#include "cli/view.hpp"

namespace cli {

namespace {

constexpr base::Duration look_at_owners = base::seconds(1); // the death of a process writes nothing
constexpr base::Duration look_again = base::milliseconds(150);

class Watch {
  public:
    Watch(Session& session, Listing& listing, const Watched& watched)
        : session_(session), listing_(listing), watched_(watched),
          view_(*watched.kind, watched.output, watched.namespaces), table_(view_.header(), view_.sheet()) {
        if (!watched.sort_by.empty())
            order_.emplace(watched.sort_by, *watched.kind, view_, watched.output.format);
        if (!watched.headers) table_.without_header();
    }

    int run() {
        Follow follow(session_);
        for (;;) {
            look();
            print();
            std::optional<base::Duration> most;
            if (running_) most = look_at_owners;
            if (doubtful_) most = look_again;
            if (follow.wait(most) == Follow::Woken::stopped) return Follow::leave();
        }
    }

  private:
    struct Known {
        std::size_t fingerprint = 0;
        bool interrupted = false;
        bool seen = true;
        resource::Resource last; ///< metadata only
    };
    struct Item {
        std::optional<std::string> key;
        terminal::Cells cells;
        std::string text;
    };

    void look() {
        for (auto& [name, known] : known_)
            known.seen = false;
        running_ = doubtful_ = false;
        const auto take = [this](const Row& row) { this->take(row); };
        if (watched_.names.empty()) listing_.visit(*watched_.kind, watched_.filter, take);
        for (const std::string& name : watched_.names) {
            for (const Row& row : listing_.read(*watched_.kind, {}, name))
                take(row);
        }
        gone();
        first_ = false;
    }

    void take(const Row& row) {
        const resource::Metadata& metadata = row.resource.metadata;
        const resource::Name name{metadata.namespace_, metadata.name};
        const auto [it, fresh] = known_.try_emplace(name);
        Known& known = it->second;
        known.seen = true;
        running_ = running_ || (row.run && row.run->phase == "Running");
        // Between the look at the row and the one at its owner, the run may just have ended.
        const bool sudden = row.interrupted && !known.interrupted && !first_;
        known.interrupted = row.interrupted;
        if (sudden) {
            doubtful_ = true;
            return;
        }
        const std::string status = listing_.status(row);
        const Shown shown{row, status, compact_json(row, status)};
        const std::size_t fingerprint = std::hash<std::string>()(what_shows(shown));
        if (!fresh && fingerprint == known.fingerprint) return;
        known.fingerprint = fingerprint;
        known.last.metadata = metadata;
        known.last.spec = watched_.kind->empty();
        add(shown);
    }

    /// What has to differ for a row to be printed again: its cells, unless time alone changes them.
    [[nodiscard]] std::string what_shows(const Shown& shown) const {
        const bool ages = watched_.output.format == Format::wide ||
                          watched_.kind == &resource::kind_of<resource::ModelEndpointSpec>();
        const bool table =
            watched_.output.format == Format::table || watched_.output.format == Format::columns;
        return table && !ages ? base::join(view_.cells(shown), "\n") : shown.json;
    }

    void add(const Shown& shown) {
        Item item{order_ && first_ ? order_->key(shown) : std::nullopt, {}, {}};
        if (watched_.output.format == Format::jsonl)
            item.text = shown.json + "\n";
        else if (watched_.output.format == Format::name)
            item.text = shown.row.resource.id() + "\n";
        else
            item.cells = view_.cells(shown);
        items_.push_back(std::move(item));
    }

    /// Who it was: what it said is not there any more.
    static std::string deleted_json(const resource::Resource& gone) {
        base::JsonWriter out;
        out.begin_object().member("apiVersion", "orloj.dev/v1").member("kind", gone.kind().name);
        out.key("metadata");
        schema::encode(out, schema::type_of<resource::Metadata>(), &gone.metadata);
        out.key("status").begin_object().member("phase", "Deleted").end_object().end_object();
        return std::move(out).take();
    }

    /// What is no longer there is printed a last time.
    void gone() {
        for (auto it = known_.begin(); it != known_.end();) {
            if (it->second.seen) {
                ++it;
                continue;
            }
            Row row;
            row.resource = std::move(it->second.last);
            row.read_at = session_.clock().now();
            const std::string status = "Deleted";
            add({row, status, deleted_json(row.resource)});
            it = known_.erase(it);
        }
    }

    /// The widths are those of the first rows, but for what is sure to come: other words for how a task
    /// stands.
    void make_room() {
        if (watched_.kind != &resource::kind_of<resource::TaskSpec>()) return;
        terminal::Cells widest(view_.header().size());
        const auto status = std::find(view_.header().begin(), view_.header().end(), "STATUS");
        if (status != view_.header().end())
            widest[static_cast<std::size_t>(status - view_.header().begin())] = "WaitingApproval";
        table_.measure(widest);
    }

    void print() {
        std::stable_sort(items_.begin(), items_.end(), [this](const Item& a, const Item& b) {
            return order_ && order_->before(a.key, b.key);
        });
        std::string text;
        for (const Item& item : items_)
            if (!item.cells.empty()) table_.measure(item.cells);
        const bool table = watched_.output.format != Format::jsonl && watched_.output.format != Format::name;
        if (items_.empty()) return;
        if (table && !headed_) make_room();
        if (table && watched_.headers && !headed_) text += table_.head(); // as wide as the first rows
        headed_ = true;
        for (const Item& item : items_)
            text += table ? table_.line(item.cells) : item.text;
        items_.clear();
        table ? session_.out(text) : session_.out_foreign(text);
    }

    Session& session_;
    Listing& listing_;
    const Watched& watched_;
    View view_;
    terminal::Table table_;
    std::optional<Order> order_;
    std::map<resource::Name, Known> known_;
    std::vector<Item> items_;
    bool first_ = true;
    bool headed_ = false;
    bool running_ = false;
    bool doubtful_ = false; ///< a row has to be looked at again soon
};

} // namespace

int watch(Session& session, Listing& listing, const Watched& watched) {
    return Watch(session, listing, watched).run();
}

} // namespace cli
