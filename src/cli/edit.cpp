// orloj edit: one resource in an editor. Invariant: what a person has written is never lost: it is stored, or
// in a file whose name is said.
#include <algorithm>
#include <cstdlib>

#include <unistd.h>

#include "base/foreground.hpp"
#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/listing.hpp"
#include "cli/manifests.hpp"
#include "cli/secrets.hpp"
#include "cli/typed_again.hpp"

namespace cli {

using resource::Resource;

namespace {

constexpr std::size_t largest_edit = 8U << 20U; // bytes
constexpr std::string_view ours = "#: ";        ///< begins the lines we write above the resource

/// The private file that the editor works on; removed unless it is kept.
class Draft {
  public:
    explicit Draft(const Resource& r) {
        const std::string folder = base::environment("TMPDIR").value_or("/tmp");
        std::string name = base::format("orloj-edit-{}-{}", r.kind().singular, r.metadata.name);
        // A file's name has 255 bytes at most, that of a resource may have more.
        name = base::ellipsis(base::replace_all(name, "/", "-"), 60);
        path_ = base::format("{}/{}-XXXXXX.yaml", folder, name);
        const base::Fd made(::mkstemps(path_.data(), 5)); // mode 0600
        if (!made) {
            throw base::Error(base::Fault::io,
                              base::format("cannot create a file in '{}': {}", folder, base::last_error()))
                .hint("name a folder you may write to with TMPDIR");
        }
    }
    ~Draft() {
        if (!kept_) ::unlink(path_.c_str());
    }
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    void write(std::string_view text) const { base::write_private_file(path_, text); }
    [[nodiscard]] std::string read() const { return base::read_file(path_, largest_edit); }
    [[nodiscard]] bool exists() const { return ::access(path_.c_str(), F_OK) == 0; }
    void keep() { kept_ = true; }
    void drop() { kept_ = false; }

  private:
    std::string path_;
    bool kept_ = false;
};

/// What a person edits: no status, and nothing that orloj counts itself. Values of secrets are masks, which
/// keep what is stored.
std::string editable(const Resource& r) {
    Resource shown = r;
    shown.metadata.generation = 0;
    shown.metadata.resource_version.clear();
    shown.metadata.created_at.clear();
    base::JsonWriter json;
    write(json, Row{shown, {}, false, {}, {}}, "");
    const schema::Tree whole = schema::parse_json(std::move(json).take()).tree;
    schema::Tree out;
    for (const std::string_view part : {"apiVersion", "kind", "metadata", "spec"})
        schema::put(out, part, whole.in(part));
    return manifest::render_yaml(out);
}

/// The text without the lines we wrote above it.
std::string_view body_of(std::string_view text) {
    while (text.starts_with(ours) || text.starts_with("#:\n")) {
        const std::size_t end = text.find('\n');
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return text;
}

std::string as_comment(std::string_view text) {
    std::string out;
    for (const std::string_view line : base::split(base::trim(text), '\n'))
        out += base::format("{}{}\n", ours, base::visible(line));
    return out;
}

/// Whether nothing but comments and white space is left: nobody wants to store that.
bool is_empty(std::string_view text) {
    for (const std::string_view line : base::split(text, '\n')) {
        const std::string_view rest = base::trim(line);
        if (!rest.empty() && !rest.starts_with('#')) return false;
    }
    return true;
}

/// $VISUAL, $EDITOR, else vi, which would wait for ever where nobody can type. The setting is a command line,
/// as everywhere: a shell reads it, and the path is an argument, not part of the text.
std::string editor(const Session& session, const Resource& r) {
    for (const char* name : {"VISUAL", "EDITOR"}) {
        if (const auto value = base::environment(name); value && !base::trim(*value).empty()) return *value;
    }
    if (session.interactive()) return "vi";
    throw base::Error(base::Fault::usage, "there is no terminal for the editor 'vi'")
        .hint("name an editor that needs none with VISUAL or EDITOR")
        .hint(base::format("or change a file: orloj get {} -o yaml > FILE, then orloj apply -f FILE",
                           shell_word(r.id())));
}

void open_editor(const std::string& command, const std::string& path) {
    // An editor has plugins, and shells of its own: keys are not for them.
    const int code = base::run_in_foreground({"/bin/sh", "-c", command + " \"$@\"", "orloj-edit", path},
                                             {"ORLOJ_SECRET_", "ORLOJ_KEY_PASSPHRASE"});
    if (code == 0) return;
    throw base::Error(base::Fault::failed,
                      base::format("the editor '{}' ended with exit code {}; nothing was "
                                   "changed",
                                   command, code))
        .hint(code == 127 ? "name another one with VISUAL or EDITOR"
                          : "an edit counts when the editor ends "
                            "with 0");
}

class Edit {
  public:
    Edit(Session& session, Resource stored)
        : session_(session), stored_(std::move(stored)), original_(editable(stored_)), draft_(stored_) {}

    int run() {
        draft_.write(original_);
        for (std::string before = original_;;) {
            const std::string after = edited_text();
            if (after == original_ || is_empty(after)) {
                draft_.drop();
                session_.out("nothing was changed\n");
                return 0;
            }
            draft_.keep(); // from here on it is work that must not be lost
            if (after == before) throw kept("the manifest is still wrong");
            before = after;
            std::string complaints;
            if (auto edited = decode(after, complaints)) {
                draft_.write(after); // without our complaints: what is said from here on names these lines
                apply(*edited);
                return 0;
            }
            if (!session_.interactive()) {
                base::write_all(STDERR_FILENO, complaints);
                throw kept("the edited manifest is wrong; nothing was changed");
            }
            show_complaints(after, complaints);
        }
    }

  private:
    [[nodiscard]] base::Error kept(const std::string& why) const {
        return base::Error(base::Fault::manifest, why)
            .hint(base::format("your edit is in '{}'; correct it, then: orloj apply -f {}", draft_.path(),
                               shell_word(draft_.path())));
    }

    std::string edited_text() {
        try {
            open_editor(editor(session_, stored_), draft_.path());
        } catch (const base::Error&) {
            keep_if_edited();
            throw;
        }
        try {
            return std::string(body_of(draft_.read()));
        } catch (base::Error& error) {
            if (!draft_.exists())
                throw base::Error(base::Fault::failed, "the editor removed the file; nothing was changed");
            draft_.keep();
            throw base::Error(error.in("nothing was changed"))
                .hint(base::format("your edit is in '{}'", draft_.path()));
        }
    }

    void keep_if_edited() {
        try {
            const std::string text = draft_.read();
            if (body_of(text) == original_ || is_empty(text)) return;
        } catch (const base::Error&) {
            if (!draft_.exists()) return; // the editor removed it
        }
        draft_.keep();
        session_.say(base::format("note: your edit is in '{}'", draft_.path()));
    }

    /// Above the text, which moves down by them; and they name its lines.
    void show_complaints(const std::string& text, const std::string& complaints) {
        const auto head = [](const std::string& said) {
            return as_comment(
                base::format("nothing was stored: correct what is said here, or leave the file as "
                             "it is to give up\n{}",
                             said));
        };
        const std::string first = head(complaints);
        const auto lines = static_cast<std::size_t>(std::count(first.begin(), first.end(), '\n'));
        std::string moved;
        (void)decode(std::string(lines, '\n') + text, moved);
        draft_.write(head(moved) + text);
    }

    /// The resource, or nullopt and what is wrong in `complaints`.
    std::optional<Resource> decode(const std::string& text, std::string& complaints) {
        const std::string& file = draft_.path();
        base::Diagnostics out;
        std::optional<Resource> edited;
        std::size_t documents = 0;
        for (const auto& document : manifest::parse(file, text, out)) {
            if (document->kind == schema::Tree::Kind::null) continue;
            if (++documents == 1 && same_kind(*document, out))
                edited = resource::decode(document, {file, schema::Unknown::error, true},
                                          stored_.metadata.namespace_, out);
        }
        if (documents != 1 && !out.has_errors())
            out.error({file, {1, 1}},
                      base::format("{} stand here, not 1", base::counted(documents, "document")));
        if (edited) check_identity(*edited, out);
        if (!std::holds_alternative<resource::SecretSpec>(stored_.spec)) out.quote(file, text);
        out.sort();
        for (const base::Diagnostic& d : out.all())
            complaints += base::render(d);
        return out.has_errors() ? std::nullopt : std::move(edited);
    }

    /// Of another kind nothing else would fit, and all of it would be said.
    bool same_kind(const schema::Tree& document, base::Diagnostics& out) const {
        const schema::Tree* kind = document.find("kind");
        if (kind == nullptr || resource::find_kind(kind->text) == &stored_.kind()) return true;
        out.error({draft_.path(), kind->mark},
                  base::format("the kind cannot be changed: this is {}", stored_.id()),
                  base::format("write kind: {}", stored_.kind().name));
        return false;
    }

    void check_identity(const Resource& edited, base::Diagnostics& out) const {
        if (edited.metadata.name != stored_.metadata.name) {
            out.error(
                edited.place("metadata.name"),
                base::format("the name cannot be changed: this is {}", stored_.id()),
                "a copy under another name is made with: orloj get KIND/NAME -o yaml, then orloj apply");
        }
        const schema::Tree& written = edited.written->in("metadata");
        if (written.find("namespace") != nullptr &&
            written.text_of("namespace") != stored_.metadata.namespace_) {
            out.error(edited.place("metadata.namespace"),
                      base::format("the namespace cannot be changed: this is in '{}'",
                                   stored_.metadata.namespace_));
        }
    }

    void apply(const Resource& edited) {
        manifest::Manifest given;
        given.items.push_back({edited, false});
        store::Applied applied{};
        try {
            check_references(session_, given, false);
            applied = apply_all(session_, {&edited}, [&] { check_version(edited); }).front();
        } catch (base::Error& error) {
            throw base::Error(std::move(error).hint(base::format("your edit is in '{}'", draft_.path())));
        }
        draft_.drop();
        session_.out(base::format("{} {}\n", word_of(applied), edited.id()));
        say_without_effect(session_, given);
    }

    /// In the transaction that has just stored the edit: nobody else may have, since it was read.
    void check_version(const Resource& edited) {
        const auto now = store::Resources(session_.writing())
                             .find(stored_.kind(), {edited.metadata.namespace_, edited.metadata.name});
        const long long before = base::to_integer(stored_.metadata.resource_version).value_or(0);
        const long long after = base::to_integer(now->metadata.resource_version).value_or(0);
        const bool same = now->metadata.created_at == stored_.metadata.created_at; // not deleted meanwhile
        if (same && (after == before || after == before + 1)) return; // unchanged, or changed by this
        throw base::Error(
            base::Fault::failed,
            base::format("'{}' was changed or deleted by somebody else meanwhile; nothing was stored",
                         edited.id()))
            .hint(base::format("see the difference: orloj diff -f {}", shell_word(draft_.path())));
    }

    Session& session_;
    Resource stored_;
    std::string original_;
    Draft draft_;
};

int edit(Session& session, const Arguments& arguments) {
    const Target target = parse_target(arguments.many("TARGET"));
    if (target.name.empty())
        throw base::Error(base::Fault::usage, "the name is missing").hint("orloj edit KIND/NAME");
    const resource::Name name{session.namespace_(), target.name};
    store::Connection* connection = session.reading();
    auto stored =
        connection == nullptr ? std::nullopt : store::Resources(*connection).find(*target.kind, name);
    if (!stored) not_found(session, *target.kind, name);
    return Edit(session, std::move(*stored)).run();
}

} // namespace

Command edit_command() {
    return {
        "edit",
        "Change one resource in an editor.",
        "The editor is the command line in VISUAL or EDITOR, else vi. What is wrong is written above the\n"
        "manifest and the editor opens again. An edit that cannot be stored is kept in a file: it is\n"
        "wrong and there is no terminal to ask on, or somebody else changed the resource meanwhile.\n"
        "Values of secrets are shown as ***; what is left so keeps its value.",
        "  orloj edit agent/writer\n"
        "  EDITOR='code -w' orloj edit model-endpoint openai-default",
        {{"TARGET", "KIND/NAME, or KIND NAME.", Takes::many, true}},
        {},
        edit};
}

} // namespace cli
