#include "run/payload_difference.hpp"

#include "base/redact.hpp"
#include "base/text.hpp"
#include "schema/tree.hpp"

namespace run {

using schema::Tree;

namespace {

std::string text_of(const Tree& tree) {
    return tree.kind == Tree::Kind::scalar ? tree.text : schema::to_json(tree);
}

class Comparison {
  public:
    std::vector<FieldDifference> run(const Tree& old_tree, const Tree& new_tree) {
        compare("", old_tree, new_tree);
        return std::move(out_);
    }

  private:
    void compare(const std::string& path, const Tree& a, const Tree& b) {
        if (a.kind != b.kind) return add(path, text_of(a), text_of(b));
        switch (a.kind) {
        case Tree::Kind::null:
            return;
        case Tree::Kind::scalar:
            if (a.text != b.text && !same_but_for_secrets(a.text, b.text)) add(path, a.text, b.text);
            return;
        case Tree::Kind::list:
            for (std::size_t i = 0; i < std::max(a.items.size(), b.items.size()); ++i)
                either(base::format("{}[{}]", path, i), i < a.items.size() ? &a.items[i] : nullptr,
                       i < b.items.size() ? &b.items[i] : nullptr);
            return;
        case Tree::Kind::map:
            return maps(path, a, b);
        }
    }

    void maps(const std::string& path, const Tree& a, const Tree& b) {
        const std::string start = path.empty() ? "" : path + ".";
        for (const schema::Entry& entry : a.entries)
            either(start + entry.key, &entry.value, b.find(entry.key));
        for (const schema::Entry& entry : b.entries) {
            if (a.find(entry.key) == nullptr) add(start + entry.key, "", text_of(entry.value));
        }
    }

    void either(const std::string& path, const Tree* a, const Tree* b) {
        if (a != nullptr && b != nullptr) return compare(path, *a, *b);
        add(path, a == nullptr ? "" : text_of(*a), b == nullptr ? "" : text_of(*b));
    }

    void add(const std::string& path, std::string a, std::string b) {
        out_.push_back({path, std::move(a), std::move(b)});
    }

    std::vector<FieldDifference> out_;
};

} // namespace

bool same_but_for_secrets(std::string_view stored, std::string_view made) {
    std::size_t mark = stored.find(base::secret_mark);
    if (mark == std::string_view::npos) return stored == made;
    if (!made.starts_with(stored.substr(0, mark))) return false;
    made.remove_prefix(mark);
    for (;;) {
        stored.remove_prefix(mark + base::secret_mark.size());
        mark = stored.find(base::secret_mark);
        if (mark == std::string_view::npos) return made.ends_with(stored);
        const std::string_view piece = stored.substr(0, mark);
        const std::size_t at = made.find(piece); // the first place is as good as any
        if (at == std::string_view::npos) return false;
        made.remove_prefix(at + piece.size());
    }
}

std::vector<FieldDifference> differences(std::string_view old_json, std::string_view new_json) {
    if (old_json == new_json) return {};
    const schema::Parsed a = schema::parse_json(old_json, schema::Marks::none);
    const schema::Parsed b = schema::parse_json(new_json, schema::Marks::none);
    return Comparison().run(a.tree, b.tree);
}

} // namespace run
