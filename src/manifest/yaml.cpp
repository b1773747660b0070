// The only file that includes yaml-cpp. Why its event interface and not its nodes: nodes keep duplicate keys
// silently, expand aliases without bound, lose the difference between "1" and 1, and a lone comma makes the
// loader allocate for ever. The handler builds our tree directly and refuses all of that at its place.
#include <algorithm>
#include <istream>
#include <map>
#include <streambuf>
#include <unordered_map>
#include <unordered_set>

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

constexpr std::size_t most_alias_nodes = 100'000; // a document, copied by aliases
constexpr std::size_t many_keys = 16;             // from here on a map's keys are looked up by hash

struct Stop {
    std::string message;
    std::string hint;
    base::Mark mark;
};

/// yaml-cpp counts lines from 0 and columns in bytes; a person counts from 1 and in characters. Cheapest when
/// the places come in rising order.
class Places {
  public:
    explicit Places(std::string_view text)
        : text_(text), ascii_(std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; })) {
    }

    base::Mark at(const YAML::Mark& mark) {
        if (ascii_) return {mark.line + 1, mark.column + 1};
        const std::size_t end = std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), text_.size());
        const std::size_t start = end - std::min(end, static_cast<std::size_t>(std::max(mark.column, 0)));
        if (start != line_ || end < seen_) {
            line_ = seen_ = start;
            column_ = 1;
        }
        for (; seen_ < end; ++seen_) {
            if ((static_cast<unsigned char>(text_[seen_]) & 0xC0U) != 0x80U) ++column_;
        }
        return {mark.line + 1, column_};
    }

  private:
    std::string_view text_;
    bool ascii_;
    std::size_t line_ = 0; // where the current line starts
    std::size_t seen_ = 0; // a place in it, and its column
    int column_ = 1;
};

/// What a tree costs, counted because aliases multiply it.
struct Size {
    std::size_t nodes = 0;
    std::size_t bytes = 0; ///< of text
    Size operator-(const Size& other) const { return {nodes - other.nodes, bytes - other.bytes}; }
};

struct Anchored {
    Tree tree;
    Size size;
};

bool core_tag(const std::string& tag) {
    static constexpr std::string_view words[] = {"",      "?",    "!",    "str", "int",
                                                 "float", "bool", "null", "seq", "map"};
    constexpr std::string_view prefix = "tag:yaml.org,2002:";
    const std::string_view word = tag.starts_with(prefix) ? std::string_view(tag).substr(prefix.size()) : tag;
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

class Builder final : public YAML::EventHandler {
  public:
    Builder(Documents& out, Places& places) : out_(out), places_(places) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        // yaml-cpp reports the same empty document for ever when it cannot get past a token.
        if (mark.pos == last_start_)
            stop(mark, "unexpected text: the YAML parser cannot get past this place");
        last_start_ = mark.pos;
        start_ = mark.pos;
        stack_.clear();
        anchors_.clear();
        size_ = kept_ = {};
        alias_nodes_ = 0;
        root_ = Tree{};
        root_.mark = places_.at(mark);
    }

    void OnDocumentEnd() override { out_.push_back(std::make_shared<const Tree>(std::move(root_))); }

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        Tree tree;
        tree.mark = places_.at(mark);
        add(std::move(tree), anchor, mark);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        check_tag(tag, mark);
        Tree tree;
        tree.kind = Tree::Kind::scalar;
        tree.mark = places_.at(mark);
        tree.text = value;
        tree.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
        last_scalar_ = mark;
        add(std::move(tree), anchor, mark);
    }

    /// Where the last scalar began; an unclosed quotation can only be that one.
    [[nodiscard]] const YAML::Mark& last_scalar() const noexcept { return last_scalar_; }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) stop(mark, "an alias inside its own anchor");
        const Anchored& source = found->second;
        alias_nodes_ += source.size.nodes;
        if (alias_nodes_ > most_alias_nodes)
            stop(mark, base::format("aliases stand for more than {} nodes", most_alias_nodes));
        count(source.size, mark);
        Tree copy = source.tree;
        copy.mark = places_.at(mark);
        place(std::move(copy));
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
        merge(stack_.back());
        close();
    }

  private:
    struct Open {
        Tree tree;
        YAML::Mark mark;
        YAML::anchor_t anchor = 0;
        Size before;
        bool has_key = false;            // the last entry waits for its value
        std::vector<std::size_t> merges; // the entries whose key is <<
        std::unordered_map<std::string, std::size_t> keys;
    };

    [[noreturn]] void stop(const YAML::Mark& mark, std::string message, std::string hint = {}) {
        throw Stop{std::move(message), std::move(hint), places_.at(mark)};
    }

    void check_tag(const std::string& tag, const YAML::Mark& mark) {
        if (core_tag(tag)) return;
        stop(mark, base::format("unknown tag '{}'", tag),
             "only !!str, !!int, !!float, !!bool, !!null, !!seq and !!map are known");
    }

    void open(Tree::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        check_tag(tag, mark);
        if (stack_.size() >= static_cast<std::size_t>(schema::max_depth))
            stop(mark, base::format("nested deeper than {} levels", schema::max_depth));
        Open level;
        level.before = size_;
        count({1, 0}, mark);
        level.tree.kind = kind;
        level.tree.mark = places_.at(mark);
        level.mark = mark;
        level.anchor = anchor;
        stack_.push_back(std::move(level));
    }

    void close() {
        Open level = std::move(stack_.back());
        stack_.pop_back();
        if (level.anchor != 0) keep(level.anchor, level.tree, size_ - level.before, level.mark);
        place(std::move(level.tree));
    }

    void count(const Size& more, const YAML::Mark& mark) {
        size_.nodes += more.nodes;
        size_.bytes += more.bytes;
        if (size_.nodes > schema::max_nodes)
            stop(mark, base::format("the document has more than {} nodes", schema::max_nodes));
        if (size_.bytes > largest_document ||
            static_cast<std::size_t>(mark.pos - start_) > largest_document) {
            stop(mark, base::format("the document is larger than {} MiB", largest_document >> 20U),
                 "split it into several documents with ---");
        }
    }

    /// Copies for aliases cost memory too, even when none follows.
    void keep(YAML::anchor_t anchor, const Tree& tree, const Size& size, const YAML::Mark& mark) {
        kept_.nodes += size.nodes;
        kept_.bytes += size.bytes;
        if (kept_.nodes > schema::max_nodes || kept_.bytes > largest_document)
            stop(mark, "anchors within anchors hold more than a document may");
        anchors_[anchor] = {tree, size};
    }

    void add(Tree tree, YAML::anchor_t anchor, const YAML::Mark& mark) {
        const Size size{1, tree.text.size()};
        count(size, mark);
        if (anchor != 0) keep(anchor, tree, size, mark);
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
            const auto it = std::find_if(entries.begin(), entries.end(),
                                         [&](const Entry& e) { return e.key == key.text; });
            if (it != entries.end()) first = &*it;
        } else {
            if (level.keys.empty()) {
                for (std::size_t i = 0; i < entries.size(); ++i)
                    level.keys.emplace(entries[i].key, i);
            }
            const auto [it, fresh] = level.keys.emplace(key.text, entries.size());
            if (!fresh) first = &entries[it->second];
        }
        const bool merges = key.text == "<<" && !key.quoted;
        if (merges) level.merges.push_back(entries.size());
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

    static void add_source(Tree value, std::vector<Tree>& sources) {
        if (value.is_map()) {
            sources.push_back(std::move(value));
        } else if (value.is_list()) {
            for (Tree& item : value.items) {
                if (!item.is_map()) throw Stop{"'<<' must name a map or a list of maps", {}, item.mark};
                sources.push_back(std::move(item));
            }
        } else {
            throw Stop{"'<<' must name a map or a list of maps", {}, value.mark};
        }
    }

    /// `<<: *defaults`: entries that are not there already are taken over.
    static void merge(Open& level) {
        if (level.merges.empty()) return;
        std::vector<Tree> sources;
        std::vector<Entry> own;
        std::unordered_set<std::string> keys;
        for (std::size_t i = 0; i < level.tree.entries.size(); ++i) {
            Entry& entry = level.tree.entries[i];
            if (std::find(level.merges.begin(), level.merges.end(), i) != level.merges.end()) {
                add_source(std::move(entry.value), sources);
            } else {
                keys.insert(entry.key);
                own.push_back(std::move(entry));
            }
        }
        for (Tree& source : sources) {
            for (Entry& entry : source.entries) {
                if (keys.insert(entry.key).second) own.push_back(std::move(entry));
            }
        }
        level.tree.entries = std::move(own);
    }

    Documents& out_;
    Places& places_;
    std::vector<Open> stack_;
    std::map<YAML::anchor_t, Anchored> anchors_;
    Tree root_;
    YAML::Mark last_scalar_ = YAML::Mark::null_mark();
    int start_ = 0;
    int last_start_ = -1;
    Size size_; // of the document so far
    Size kept_; // of the copies for aliases
    std::size_t alias_nodes_ = 0;
};

/// Reads from memory that is already there.
class View final : public std::streambuf {
  public:
    explicit View(std::string_view text) {
        char* start =
            const_cast<char*>(text.data()); // NOLINT(cppcoreguidelines-pro-type-const-cast): never written
        setg(start, start, start + text.size());
    }
};

/// Throws Stop when the scalar at `mark` is a quotation that never ends: yaml-cpp takes the rest of the file
/// for it.
void check_closed(std::string_view text, const YAML::Mark& mark, Places& places) {
    if (mark.is_null()) return;
    std::size_t at = static_cast<std::size_t>(mark.pos);
    while (at < text.size() && (text[at] == '&' || text[at] == '!')) { // its anchor and tag
        at = std::min(text.find_first_of(" \t\r\n", at), text.size());
        at = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
    }
    if (at >= text.size() || (text[at] != '"' && text[at] != '\'')) return;
    const char quote = text[at];
    for (++at; at < text.size(); ++at) {
        const bool backslash = quote == '"' && text[at] == '\\';
        const bool doubled = quote == '\'' && text.substr(at, 2) == "''";
        if (backslash || doubled)
            ++at;
        else if (text[at] == quote)
            return;
    }
    throw Stop{"the quoted text that starts here does not end", base::format("close it with {}", quote),
               places.at(mark)};
}

bool indented_with_tabs(std::string_view text, int line) {
    for (int n = 1; n < line; ++n) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) return false;
        text.remove_prefix(end + 1);
    }
    return text.substr(0, text.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

} // namespace

Documents parse_yaml(const std::string& file, std::string_view text, base::Diagnostics& diagnostics) {
    Documents out;
    Places places(text);
    try {
        View view(text);
        std::istream input(&view);
        YAML::Parser parser(input);
        Builder builder(out, places);
        while (parser.HandleNextDocument(builder)) {
        }
        check_closed(text, builder.last_scalar(), places);
    } catch (const Stop& stop) {
        diagnostics.error({file, stop.mark}, stop.message, stop.hint);
    } catch (const YAML::Exception& error) {
        const base::Mark mark = error.mark.is_null() ? base::Mark{1, 1} : places.at(error.mark);
        diagnostics.error(
            {file, mark}, "not valid YAML: " + base::lower(error.msg),
            indented_with_tabs(text, mark.line) ? "indent with spaces: YAML does not take tabs for it" : "");
    }
    return out;
}

} // namespace manifest
