// The only file that includes yaml-cpp. Why its event interface and not its nodes: nodes keep duplicate keys
// silently, expand aliases without bound, lose the difference between "1" and 1, and a lone comma makes the loader
// allocate for ever. The handler builds our tree directly and refuses all of that at its place.
#include <algorithm>
#include <istream>
#include <map>
#include <streambuf>
#include <unordered_map>

#include <yaml-cpp/emitter.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "base/text.hpp"
#include "manifest/manifest.hpp"

namespace manifest {

using schema::Entry;
using schema::Tree;
using Documents = std::vector<std::shared_ptr<const Tree>>;

namespace {

constexpr int largest_document = 8 << 20;         // bytes
constexpr std::size_t most_nodes = 1'000'000;     // a document
constexpr std::size_t most_alias_nodes = 100'000; // a document, copied by aliases
constexpr std::size_t many_keys = 16;             // from here on a map's keys are looked up by hash

struct Stop {
    std::string message;
    std::string hint;
    base::Mark mark;
};

base::Mark mark_of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

struct Anchored {
    Tree tree;
    std::size_t nodes = 0;
};

class Builder final : public YAML::EventHandler {
  public:
    explicit Builder(Documents& out) : out_(out) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        // yaml-cpp reports the same empty document for ever when it cannot get past a token.
        if (mark.pos == last_start_) throw Stop{"unexpected text: the YAML parser cannot get past this place", {}, mark_of(mark)};
        last_start_ = mark.pos;
        start_ = mark.pos;
        stack_.clear();
        anchors_.clear();
        nodes_ = alias_nodes_ = 0;
        root_ = Tree{};
        root_.mark = mark_of(mark);
    }

    void OnDocumentEnd() override { out_.push_back(std::make_shared<const Tree>(std::move(root_))); }

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        Tree tree;
        tree.mark = mark_of(mark);
        add(std::move(tree), anchor, mark);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        Tree tree;
        tree.kind = Tree::Kind::scalar;
        tree.mark = mark_of(mark);
        tree.text = value;
        if (tag == "!" || tag == "tag:yaml.org,2002:str") tree.quoted = true;
        else if (!tag.empty() && tag != "?" && !tag.starts_with("tag:yaml.org,2002:")) refuse_tag(tag, mark);
        add(std::move(tree), anchor, mark);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) throw Stop{"an alias inside its own anchor", {}, mark_of(mark)};
        alias_nodes_ += found->second.nodes;
        if (alias_nodes_ > most_alias_nodes) {
            throw Stop{base::format("aliases stand for more than {} nodes", most_alias_nodes), {}, mark_of(mark)};
        }
        nodes_ += found->second.nodes - 1;
        Tree copy = found->second.tree;
        copy.mark = mark_of(mark);
        add(std::move(copy), 0, mark);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(Tree::Kind::list, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(Tree::Kind::map, mark, tag, anchor);
    }
    void OnMapEnd() override {
        merge(stack_.back().tree);
        close();
    }

  private:
    struct Open {
        Tree tree;
        YAML::anchor_t anchor = 0;
        std::size_t nodes_before = 0;
        bool has_key = false; // the last entry waits for its value
        std::unordered_map<std::string, std::size_t> keys;
    };

    [[noreturn]] static void refuse_tag(const std::string& tag, const YAML::Mark& mark) {
        throw Stop{base::format("unknown tag '{}'", tag), "tags other than !!str, !!int and the like are not used", mark_of(mark)};
    }

    void open(Tree::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        if (tag != "?" && tag != "!" && !tag.empty() && !tag.starts_with("tag:yaml.org,2002:")) refuse_tag(tag, mark);
        count(mark);
        if (stack_.size() >= static_cast<std::size_t>(schema::max_depth)) {
            throw Stop{base::format("nested deeper than {} levels", schema::max_depth), {}, mark_of(mark)};
        }
        Open level;
        level.tree.kind = kind;
        level.tree.mark = mark_of(mark);
        level.anchor = anchor;
        level.nodes_before = nodes_ - 1;
        stack_.push_back(std::move(level));
    }

    void close() {
        Open level = std::move(stack_.back());
        stack_.pop_back();
        if (level.anchor != 0) anchors_[level.anchor] = {level.tree, nodes_ - level.nodes_before};
        place(std::move(level.tree));
    }

    void count(const YAML::Mark& mark) {
        if (++nodes_ > most_nodes) {
            throw Stop{base::format("the document has more than {} nodes", most_nodes), {}, mark_of(mark)};
        }
        if (mark.pos - start_ > largest_document) {
            throw Stop{base::format("the document is larger than {} MiB", largest_document >> 20), {}, mark_of(mark)};
        }
    }

    void add(Tree tree, YAML::anchor_t anchor, const YAML::Mark& mark) {
        count(mark);
        if (anchor != 0) anchors_[anchor] = {tree, 1};
        place(std::move(tree));
    }

    void place(Tree tree) {
        if (stack_.empty()) {
            root_ = std::move(tree);
            return;
        }
        Open& level = stack_.back();
        if (level.tree.is_list()) {
            level.tree.items.push_back(std::move(tree));
        } else if (level.has_key) {
            Entry& entry = level.tree.entries.back();
            // An empty value has the place of the next token; its key says better where it is missing.
            if (tree.kind == Tree::Kind::null) tree.mark = entry.mark;
            entry.value = std::move(tree);
            level.has_key = false;
        } else {
            add_key(level, std::move(tree));
        }
    }

    static void add_key(Open& level, Tree key) {
        if (key.kind != Tree::Kind::scalar) throw Stop{"a key must be text", {}, key.mark};
        auto& entries = level.tree.entries;
        const Entry* first = nullptr;
        if (entries.size() < many_keys) {
            const auto it = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key.text; });
            if (it != entries.end()) first = &*it;
        } else {
            if (level.keys.empty()) {
                for (std::size_t i = 0; i < entries.size(); ++i) level.keys.emplace(entries[i].key, i);
            }
            const auto [it, fresh] = level.keys.emplace(key.text, entries.size());
            if (!fresh) first = &entries[it->second];
        }
        const bool merges = key.text == "<<" && !key.quoted;
        if (first != nullptr && !merges) {
            throw Stop{base::format("duplicate key '{}'", key.text),
                       base::format("the first one is in line {}", first->mark.line), key.mark};
        }
        Entry entry;
        entry.key = std::move(key.text);
        entry.mark = key.mark;
        entries.push_back(std::move(entry));
        level.has_key = true;
    }

    /// `<<: *defaults`: entries that are not there already are taken over.
    void merge(Tree& map) {
        auto& entries = map.entries;
        std::vector<Tree> sources;
        for (std::size_t i = 0; i < entries.size();) {
            if (entries[i].key != "<<") {
                ++i;
                continue;
            }
            Tree value = std::move(entries[i].value);
            entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(i));
            if (value.is_map()) sources.push_back(std::move(value));
            else if (value.is_list()) std::move(value.items.begin(), value.items.end(), std::back_inserter(sources));
            else throw Stop{"'<<' must name a map or a list of maps", {}, value.mark};
        }
        for (Tree& source : sources) {
            if (!source.is_map()) throw Stop{"'<<' must name a map or a list of maps", {}, source.mark};
            for (Entry& entry : source.entries) {
                if (map.find(entry.key) == nullptr) entries.push_back(std::move(entry));
            }
        }
    }

    Documents& out_;
    std::vector<Open> stack_;
    std::map<YAML::anchor_t, Anchored> anchors_;
    Tree root_;
    int start_ = 0;
    int last_start_ = -1;
    std::size_t nodes_ = 0;
    std::size_t alias_nodes_ = 0;
};

/// Reads from memory that is already there.
class View final : public std::streambuf {
  public:
    explicit View(std::string_view text) {
        char* start = const_cast<char*>(text.data()); // NOLINT(cppcoreguidelines-pro-type-const-cast): never written
        setg(start, start, start + text.size());
    }
};

} // namespace

Documents parse_yaml(const std::string& file, std::string_view text, base::Diagnostics& diagnostics) {
    Documents out;
    try {
        View view(text);
        std::istream input(&view);
        YAML::Parser parser(input);
        Builder builder(out);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const Stop& stop) {
        diagnostics.error({file, stop.mark}, stop.message, stop.hint);
    } catch (const YAML::Exception& error) {
        const base::Mark mark = error.mark.is_null() ? base::Mark{1, 1} : mark_of(error.mark);
        diagnostics.error({file, mark}, "not valid YAML: " + base::lower(error.msg));
    }
    return out;
}

namespace {

bool needs_quotes(const Tree& scalar) {
    Tree plain;
    plain.kind = Tree::Kind::scalar;
    plain.text = scalar.text;
    if (schema::meaning(plain) != schema::Plain::text) return true;
    static constexpr std::string_view yaml_11[] = {"y", "n", "yes", "no", "on", "off"};
    const std::string word = base::lower(scalar.text);
    if (std::find(std::begin(yaml_11), std::end(yaml_11), word) != std::end(yaml_11)) return true;
    // Dates and .inf read as something else in other YAML readers.
    return scalar.text.find_first_of("0123456789.") == 0;
}

void emit(YAML::Emitter& out, const Tree& tree) {
    switch (tree.kind) {
    case Tree::Kind::null: out << YAML::Null; return;
    case Tree::Kind::scalar:
        if (tree.quoted && tree.text.find('\n') != std::string::npos) out << YAML::Literal << tree.text;
        else if (tree.quoted && needs_quotes(tree)) out << YAML::DoubleQuoted << tree.text;
        else out << tree.text;
        return;
    case Tree::Kind::list:
        if (tree.items.empty()) out << YAML::Flow;
        out << YAML::BeginSeq;
        for (const Tree& item : tree.items) emit(out, item);
        out << YAML::EndSeq;
        return;
    case Tree::Kind::map:
        if (tree.entries.empty()) out << YAML::Flow;
        out << YAML::BeginMap;
        for (const Entry& entry : tree.entries) {
            out << YAML::Key << entry.key << YAML::Value;
            emit(out, entry.value);
        }
        out << YAML::EndMap;
        return;
    }
}

} // namespace

std::string render_yaml(const Tree& tree) {
    YAML::Emitter out;
    emit(out, tree);
    return std::string(out.c_str(), out.size()) + "\n";
}

} // namespace manifest
