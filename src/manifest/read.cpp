#include <algorithm>
#include <filesystem>
#include <map>

#include "base/os.hpp"
#include "base/text.hpp"
#include "manifest/manifest.hpp"

namespace manifest {

using schema::Entry;
using schema::Tree;
using Documents = std::vector<std::shared_ptr<const Tree>>;

namespace {

constexpr std::size_t largest_file = 256U << 20U; // bytes

struct File {
    std::string path;
    bool in_folder = false;
};

std::vector<File> files_of(const std::vector<std::string>& paths) {
    std::vector<File> out;
    for (const std::string& path : paths) {
        std::error_code error;
        const bool standard_input = path == "-";
        if (!standard_input && std::filesystem::is_directory(path, error)) {
            const std::vector<std::string> found = manifests_below(path);
            if (found.empty()) {
                throw base::Error(base::Fault::usage, base::format("no manifest files found in '{}'", path))
                    .hint("a folder is searched for files that end in .yaml, .yml or .json");
            }
            for (const std::string& file : found)
                out.push_back({file, true});
        } else if (standard_input || std::filesystem::exists(path, error)) {
            out.push_back({path, false});
        } else {
            throw base::Error(base::Fault::usage,
                              base::format("cannot read '{}': no such file or folder", path));
        }
    }
    return out;
}

std::string shown(const std::string& path) {
    return path == "-" ? "<stdin>" : path;
}

/// Whether a document found in a folder is meant for us at all; a compose file or a package.json is not.
bool looks_like_ours(const Tree& document) {
    if (!document.is_map()) return false;
    for (const Entry& entry : document.entries) {
        if (entry.key == "kind" || entry.key == "apiVersion" || entry.key == "metadata" ||
            entry.key == "spec") {
            return true;
        }
    }
    return false;
}

/// A list as `get -o json` prints it holds its documents under `items`.
Documents unfold(Documents documents) {
    Documents out;
    for (auto& document : documents) {
        const Tree* items = document->find("items");
        if (items == nullptr || !items->is_list() || document->find("spec") != nullptr) {
            out.push_back(std::move(document));
            continue;
        }
        for (const Tree& item : items->items)
            out.emplace_back(document, &item); // the list stays as long as its items
    }
    return out;
}

/// Names that stand twice in what was given: the second would silently win.
class Names {
  public:
    void add(const resource::Resource& r, base::Diagnostics& out) {
        const base::Location where = r.place("metadata.name");
        const auto [it, fresh] = first_.emplace(r.metadata.namespace_ + "/" + r.id(), where);
        if (fresh) return;
        out.error(where, base::format("{} is given twice", r.id()),
                  "the other one is at " + base::render(it->second));
    }

  private:
    std::map<std::string, base::Location> first_;
};

/// Whether the text may be a Secret's, whatever else is wrong with it.
bool smells_of_secret(std::string_view document) {
    const std::string text = base::lower(document);
    if (text.find("stringdata") != std::string::npos) return true;
    for (std::size_t at = text.find("kind"); at != std::string::npos; at = text.find("kind", at + 1)) {
        const std::size_t word = text.find_first_not_of(" \t\r\n:\"'", at + 4);
        if (word != std::string::npos && text.compare(word, 4, "secr") == 0) return true;
    }
    return false;
}

/// The text with the lines of Secrets left empty: what is wrong with one is said without showing it.
std::string quotable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t next = std::min(text.find("\n---"), text.size() - 1) + 1;
        const std::string_view document = text.substr(0, next);
        if (smells_of_secret(document))
            out.append(static_cast<std::size_t>(std::count(document.begin(), document.end(), '\n')), '\n');
        else
            out += document;
        text.remove_prefix(next);
    }
    return out;
}

void move_down(Tree& tree, int lines) {
    tree.mark.line += lines;
    for (Tree& item : tree.items)
        move_down(item, lines);
    for (schema::Entry& entry : tree.entries) {
        entry.mark.line += lines;
        move_down(entry.value, lines);
    }
}

/// Several JSON documents: one a line, or with lines of "---" between them. Empty when one of them is no
/// JSON.
Documents json_documents(std::string_view text) {
    Documents out;
    const auto take = [&out](std::string_view piece, int line) {
        if (base::trim(piece).empty()) return true;
        schema::Parsed parsed = schema::parse_json(piece);
        if (!parsed) return false;
        move_down(parsed.tree, line);
        out.push_back(std::make_shared<const Tree>(std::move(parsed.tree)));
        return true;
    };
    const std::vector<std::string_view> lines = base::split(text, '\n');
    std::size_t begin = 0; // of the lines since the last "---"
    for (std::size_t i = 0; i <= lines.size(); ++i) {
        if (i < lines.size() && base::trim(lines[i]) != "---") continue;
        const std::size_t end =
            i == lines.size() ? text.size() : static_cast<std::size_t>(lines[i].data() - text.data());
        const std::size_t from =
            begin == lines.size() ? text.size() : static_cast<std::size_t>(lines[begin].data() - text.data());
        if (!take(text.substr(from, end - from), static_cast<int>(begin))) {
            for (std::size_t j = begin; j < i; ++j) {
                if (!take(lines[j], static_cast<int>(j))) return {};
            }
        }
        begin = i + 1;
        if (begin > lines.size()) break;
    }
    return out;
}

} // namespace

Documents parse(const std::string& file, std::string_view text, base::Diagnostics& diagnostics) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    const auto mark_of = [&](std::size_t offset) {
        const std::string_view before = text.substr(0, offset);
        const auto line = std::count(before.begin(), before.end(), '\n') + 1;
        const std::size_t start = before.rfind('\n') + 1; // npos + 1 is 0
        const auto characters =
            std::count_if(before.begin() + static_cast<std::ptrdiff_t>(start), before.end(),
                          [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
        return base::Mark{static_cast<int>(line), static_cast<int>(characters) + 1};
    };
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
        diagnostics.error({file, {1, 1}}, "the file is UTF-16; manifests are UTF-8", "save it as UTF-8");
        return {};
    }
    if (const std::size_t bad = base::invalid_utf8(text); bad != std::string_view::npos) {
        diagnostics.error({file, mark_of(bad)}, "not valid UTF-8", "save the file as UTF-8");
        return {};
    }
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
        diagnostics.error({file, mark_of(nul)}, "the file contains a NUL byte: it is not text");
        return {};
    }
    const std::string_view start = base::trim(text).substr(0, 1);
    if (start == "{" || start == "[") {
        if (text.size() > largest_document) {
            diagnostics.error({file, {1, 1}},
                              base::format("the document is larger than {} MiB", largest_document >> 20U),
                              "split it into several files");
            return {};
        }
        schema::Parsed parsed = schema::parse_json(text);
        if (parsed) return {std::make_shared<const Tree>(std::move(parsed.tree))};
        if (Documents several = json_documents(text); !several.empty()) return several;
        if (parsed.mark.line > 0) {
            diagnostics.error({file, parsed.mark}, parsed.error);
            return {};
        }
        if (base::lower(file).ends_with(".json")) {
            // YAML reads nearly all of JSON and knows where it stopped.
            const std::size_t before = diagnostics.errors();
            (void)parse_yaml(file, text, diagnostics);
            if (diagnostics.errors() == before)
                diagnostics.error({file, {1, 1}}, "not valid JSON: " + parsed.error);
            return {};
        }
    }
    return parse_yaml(file, text, diagnostics);
}

Manifest read(const std::vector<std::string>& paths, const Options& options) {
    Manifest out;
    Names names;
    for (const File& file : files_of(paths)) {
        std::string text;
        try {
            text = base::read_file(file.path, largest_file);
        } catch (const base::Error& error) {
            throw base::Error(base::Fault::usage, error.message());
        }
        ++out.files;
        const std::size_t complaints = out.diagnostics.all().size();
        const std::string name = shown(file.path);
        const schema::DecodeOptions decoding{name, options.unknown, true};
        std::size_t ours = 0;
        for (auto& document : unfold(parse(name, text, out.diagnostics))) {
            if (document->kind == Tree::Kind::null) continue; // an empty document
            if (file.in_folder && !looks_like_ours(*document)) continue;
            ++ours;
            auto resource = resource::decode(document, decoding, options.namespace_, out.diagnostics);
            if (!resource) continue;
            if (options.namespace_.empty() && !options.default_namespace.empty() &&
                document->in("metadata").find("namespace") == nullptr)
                resource->metadata.namespace_ = options.default_namespace;
            names.add(*resource, out.diagnostics);
            out.items.push_back({std::move(*resource), file.in_folder});
        }
        if (ours == 0 && !file.in_folder && !out.diagnostics.has_errors()) {
            out.diagnostics.error({name, {1, 1}}, "the file holds no manifest",
                                  "a manifest starts with kind: ...");
        }
        if (out.diagnostics.all().size() > complaints) out.diagnostics.quote(name, quotable(text));
    }
    out.diagnostics.sort();
    return out;
}

} // namespace manifest
