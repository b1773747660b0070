#include "resource/resource.hpp"

#include <array>

#include "base/text.hpp"

namespace resource {

using namespace schema;

namespace {

const Type& metadata_type() {
    return type_of<Metadata>();
}

/// Top-level keys that start with x- belong to the user; status is what `get -o yaml` prints.
bool known_top_level(std::string_view key) {
    return key == "apiVersion" || key == "kind" || key == "metadata" || key == "spec" || key == "status" ||
           key.starts_with("x-");
}

void check_top_level(const Tree& document, const DecodeOptions& options, base::Diagnostics& out) {
    for (const Entry& entry : document.entries) {
        if (known_top_level(entry.key) || options.unknown == Unknown::ignore) continue;
        const auto meant = base::nearest(entry.key, {"apiVersion", "kind", "metadata", "spec"});
        const base::Location where{options.file, entry.mark};
        std::string message = base::format("unknown field '{}'", entry.key);
        std::string hint =
            meant ? base::format("did you mean '{}'?", *meant)
                  : "a document has apiVersion, kind, metadata and spec; your own keys start with x-";
        if (options.unknown == Unknown::warning)
            out.warning(where, std::move(message), std::move(hint));
        else
            out.error(where, std::move(message), std::move(hint));
    }
}

const Kind* document_kind(const Tree& document, const DecodeOptions& options, base::Diagnostics& out) {
    const Tree* kind = document.find("kind");
    if (kind != nullptr && (kind->is_list() || kind->is_map())) {
        out.error({options.file, kind->mark},
                  base::format("kind must be text, not a {}", kind->is_list() ? "list" : "map"),
                  "add a line such as kind: Agent");
        return nullptr;
    }
    if (kind == nullptr || base::trim(kind->text).empty()) {
        out.error({options.file, kind == nullptr ? document.mark : kind->mark}, "kind is required",
                  "add a line such as kind: Agent");
        return nullptr;
    }
    const std::string word(base::trim(kind->text));
    for (const Kind& row : kinds()) {
        if (base::same_ignoring_case(row.name, word)) return &row;
    }
    std::vector<std::string> names;
    for (const Kind& row : kinds())
        names.emplace_back(row.name);
    const auto meant = base::nearest(word, names);
    out.error({options.file, kind->mark}, base::format("unsupported kind \"{}\"", word),
              meant ? base::format("did you mean '{}'?", *meant) : "known kinds: " + base::join(names, ", "));
    return nullptr;
}

void check_api_version(const Tree& document, const DecodeOptions& options, base::Diagnostics& out) {
    const Tree* version = document.find("apiVersion");
    if (version != nullptr && (version->is_list() || version->is_map())) {
        out.error({options.file, version->mark},
                  base::format("apiVersion must be text, not a {}", version->is_list() ? "list" : "map"),
                  "write apiVersion: orloj.dev/v1");
        return;
    }
    if (version == nullptr || version->text.empty() || version->text == "orloj.dev/v1") return;
    out.warning({options.file, version->mark},
                base::format("apiVersion is \"{}\"; it is read as orloj.dev/v1", version->text));
}

} // namespace

std::string name_problem(std::string_view name) {
    static constexpr std::array<std::string_view, 6> reserved{"status", "logs",  "exec",
                                                              "scale",  "proxy", "binding"};
    if (name.find_first_of("/ \t\r\n") != std::string_view::npos) {
        return "must not contain '/', spaces, or whitespace";
    }
    if (name.starts_with('.')) return "must not start with '.'";
    if (base::visible(name) != name) return "must not contain control characters";
    for (const std::string_view word : reserved) {
        if (base::same_ignoring_case(word, name)) return "is a reserved subresource name";
    }
    return {};
}

namespace {

void metadata_rule(Metadata& metadata, const Check& check) {
    if (const std::string problem = name_problem(metadata.name); !problem.empty()) {
        check.error_as_is("name", base::format("metadata.name \"{}\" {}", metadata.name, problem));
    }
    if (metadata.namespace_.empty()) metadata.namespace_ = "default";
    if (const std::string problem = name_problem(metadata.namespace_); !problem.empty()) {
        check.error_as_is("namespace",
                          base::format("metadata.namespace \"{}\" {}", metadata.namespace_, problem));
    }
}

} // namespace

const Type& describe(const Metadata*) {
    static const Type type = object_type<Metadata, metadata_rule>(
        "Metadata", "Who the resource is.",
        {
            field<&Metadata::name>("name", "Unique for its kind in the namespace.", trimmed, always,
                                   required),
            field<&Metadata::namespace_>("namespace", "The group its name is unique in.", trimmed, always),
            field<&Metadata::labels>("labels", "Texts to select by."),
            field<&Metadata::annotations>("annotations", "Texts for the reader."),
            field<&Metadata::resource_version>("resourceVersion", "Set by orloj: counts every change.",
                                               alias("resource_version")),
            field<&Metadata::generation>("generation", "Set by orloj: counts changes of the spec."),
            field<&Metadata::created_at>("createdAt", "Set by orloj: when it was first applied.",
                                         alias("created_at")),
        });
    return type;
}

std::string Resource::id() const {
    return std::string(kind().singular) + "/" + metadata.name;
}

namespace {

/// The description of what stands under `key` in a value described by `type`; nullptr when there is none.
const Type* type_below(const Type* type, const Field* field) {
    if (field != nullptr)
        type = &field->type();
    else
        type = type != nullptr && type->shape == Shape::map ? &type->element() : nullptr;
    if (type != nullptr && type->shape == Shape::optional) type = &type->element();
    return type;
}

const Field* find_field(const Type* type, std::string_view name) {
    if (type == nullptr) return nullptr;
    for (const Field& field : type->fields) {
        if (field.name == name && field.type != nullptr) return &field;
    }
    return nullptr;
}

/// The value of the field, whichever of its spellings was used.
const Tree* find_written(const Tree& map, std::string_view name, const Field* field) {
    if (const Tree* value = map.find(name)) return value;
    if (field == nullptr) return nullptr;
    for (const std::string_view alias : field->aliases) {
        if (const Tree* value = map.find(alias)) return value;
    }
    return nullptr;
}

} // namespace

base::Location Resource::place(std::string_view path) const {
    base::Location best = where;
    if (!written) return best;
    const Tree* tree = written.get();
    const Type* type = nullptr;
    bool top = true;
    for (const std::string_view part : base::split(path, '.')) {
        const std::size_t bracket = part.find('[');
        const std::string_view key = part.substr(0, bracket);
        const Field* field = find_field(type, key);
        const Tree* next = find_written(*tree, key, field);
        if (next == nullptr) break;
        tree = next;
        if (top)
            type = key == "spec" ? &spec_type(spec) : key == "metadata" ? &metadata_type() : nullptr;
        else
            type = type_below(type, field);
        top = false;
        if (bracket != std::string_view::npos && tree->is_list()) {
            const auto index =
                base::to_integer(part.substr(bracket + 1, part.size() - bracket - 2)).value_or(0);
            if (static_cast<std::size_t>(index) < tree->items.size())
                tree = &tree->items[static_cast<std::size_t>(index)];
            if (type != nullptr && type->shape == Shape::list) type = &type->element();
        }
        best.mark = tree->mark;
    }
    return best;
}

void* address(Spec& spec) {
    return std::visit([](auto& s) -> void* { return &s; }, spec);
}
const void* address(const Spec& spec) {
    return std::visit([](const auto& s) -> const void* { return &s; }, spec);
}

std::optional<Resource> decode(std::shared_ptr<const Tree> document, const DecodeOptions& options,
                               std::string_view override_namespace, base::Diagnostics& diagnostics) {
    if (!document->is_map()) {
        diagnostics.error({options.file, document->mark},
                          "a document must be a map with kind, metadata and spec");
        return std::nullopt;
    }
    const std::size_t before = diagnostics.errors();
    check_top_level(*document, options, diagnostics);
    check_api_version(*document, options, diagnostics);
    const Kind* kind = document_kind(*document, options, diagnostics);
    if (kind == nullptr) return std::nullopt;
    Tree nothing; // stands for a section that is not there
    nothing.kind = Tree::Kind::map;
    const auto section = [&](std::string_view name) -> const Tree& {
        const Tree* found = document->find(name);
        if (found != nullptr && found->kind != Tree::Kind::null) return *found;
        nothing.mark = found != nullptr ? found->mark : document->mark;
        return nothing;
    };
    Resource out;
    out.where = {options.file, document->mark};
    decode(section("metadata"), metadata_type(), &out.metadata, "metadata", options, diagnostics);
    if (!override_namespace.empty()) out.metadata.namespace_ = std::string(override_namespace);
    out.spec = kind->empty();
    const std::size_t before_spec = diagnostics.errors();
    decode(section("spec"), kind->type(), address(out.spec), "spec", options, diagnostics);
    out.written = std::move(document);
    if (options.rules && kind->check != nullptr && diagnostics.errors() == before_spec)
        kind->check(out, diagnostics);
    if (diagnostics.errors() != before) return std::nullopt;
    return out;
}

std::string spec_json(const Spec& spec) {
    base::JsonWriter out;
    encode(out, spec_type(spec), address(spec));
    return std::move(out).take();
}

Spec read_spec(const Kind& kind, std::string_view json) {
    const Parsed parsed = parse_json(json, schema::Marks::none);
    if (!parsed) throw base::Error(base::Fault::store, base::format("stored {} is not JSON", kind.singular));
    Spec spec = kind.empty();
    // Rules ran when it was applied, and a Secret's rule would find no values: only the fields are read.
    decode_own(parsed.tree, kind.type(), address(spec));
    return spec;
}

} // namespace resource
