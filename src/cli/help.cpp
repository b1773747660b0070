#include "cli/help.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "terminal/wrap.hpp"

namespace cli {

namespace {

constexpr std::size_t most_lines = 25;
constexpr std::size_t name_width = 26; // columns of the left part of a help line

std::string help_line(const std::string& left, std::string_view doc) {
    return terminal::two_columns("  " + left, doc, name_width);
}

std::size_t lines_of(std::string_view text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

bool shown_as_it_is(std::string_view line) {
    return line.starts_with(' ');
}

/// How much of a page is shown.
struct Cut {
    std::size_t sentences = 0;
    std::size_t options = 0;
    std::size_t examples = 0;
};

/// A page in its parts, from which as much is shown as fits.
class Page {
  public:
    explicit Page(const CommandRow& row) : row_(row), command_(row.make()), examples_(examples_of(command_)) {
        for (const std::string& paragraph : paragraphs_of(command_.doc)) {
            std::vector<std::string> sentences = sentences_of(paragraph);
            sentences.back() += '\n';
            sentences_.insert(sentences_.end(), sentences.begin(), sentences.end());
        }
    }

    [[nodiscard]] Cut all() const { return {sentences_.size(), command_.options.size(), examples_.size()}; }

    /// The first sentence, every option and one example; more of each while there is room, fewer options when
    /// there is none.
    [[nodiscard]] Cut that_fits() const {
        const Cut whole = all();
        Cut cut{std::min<std::size_t>(1, whole.sentences), whole.options,
                std::min<std::size_t>(1, whole.examples)};
        while (cut.options > 0 && !fits(cut))
            --cut.options;
        const auto grow = [&](std::size_t Cut::*part, std::size_t most) {
            for (; cut.*part < std::min(most, whole.*part); ++(cut.*part)) {
                Cut more = cut;
                ++(more.*part);
                if (!fits(more)) return;
            }
        };
        grow(&Cut::examples, 2);
        grow(&Cut::sentences, whole.sentences);
        grow(&Cut::examples, whole.examples);
        return cut;
    }

    [[nodiscard]] std::string text(const Cut& cut) const {
        std::string out =
            terminal::wrap(command_.summary, 0) + "\n" + terminal::wrap("Usage: " + usage_of(command_), 0);
        for (const CommandRow& row : command_rows()) {
            if (row.name.starts_with(std::string(row_.name) + " "))
                out += terminal::wrap("       " + usage_of(row.make()), 0);
        }
        if (const std::string doc = doc_text(cut.sentences); !doc.empty()) out += "\n" + doc;
        if (const std::string words = words_text(cut.options); !words.empty()) out += "\n" + words;
        if (cut.examples > 0) out += "\nExamples:\n";
        for (std::size_t i = 0; i < cut.examples; ++i)
            out += "  " + examples_[i] + "\n";
        return out;
    }

  private:
    [[nodiscard]] bool fits(const Cut& cut) const { return lines_of(text(cut)) + 2 <= most_lines; }

    static std::vector<std::string> sentences_of(const std::string& paragraph) {
        std::vector<std::string> out{""};
        for (std::size_t i = 0; i < paragraph.size(); ++i) {
            out.back() += paragraph[i];
            const bool ends = paragraph.substr(i, 2) == ". " && i + 2 < paragraph.size() &&
                              !(paragraph[i + 2] >= 'a' && paragraph[i + 2] <= 'z');
            if (ends && !shown_as_it_is(paragraph)) out.emplace_back(), ++i;
        }
        return out;
    }

    [[nodiscard]] std::string doc_text(std::size_t count) const {
        std::string out;
        std::string paragraph;
        for (std::size_t i = 0; i < count; ++i) {
            const std::string& sentence = sentences_[i];
            const bool last = sentence.ends_with('\n');
            paragraph +=
                (paragraph.empty() ? "" : " ") + sentence.substr(0, sentence.size() - (last ? 1 : 0));
            if (!last && i + 1 < count) continue;
            out += shown_as_it_is(paragraph) ? paragraph + "\n" : terminal::wrap(paragraph, 0);
            paragraph.clear();
        }
        return out;
    }

    [[nodiscard]] std::string words_text(std::size_t options) const {
        std::string out;
        for (const Positional& p : command_.positionals)
            out += help_line(std::string(p.name), p.doc);
        for (std::size_t i = 0; i < options; ++i)
            out += help_line(option_text(command_.options[i]), command_.options[i].doc);
        std::vector<std::string> others;
        for (std::size_t i = options; i < command_.options.size(); ++i)
            others.emplace_back(command_.options[i].name);
        if (!others.empty()) out += help_line("    ...", "also " + base::join(others, ", "));
        if (const std::string formats = output_words(row_); !formats.empty())
            out += help_line("-o, --output FORMAT", formats);
        return out;
    }

    const CommandRow& row_;
    Command command_;
    std::vector<std::string> sentences_; ///< the last one of a paragraph ends its line
    std::vector<std::string> examples_;
};

std::string global_lines() {
    std::string out;
    for (const Option& option : global_options())
        out += help_line(option_text(option), option.doc);
    return out + help_line("-h, --help", "Say what a command does.");
}

/// Calls `visit(title, rows)` for each group that has commands.
template <typename F>
void each_group(F visit) {
    for (const Group group : {Group::declare, Group::run, Group::look, Group::keys, Group::more}) {
        std::vector<const CommandRow*> members;
        for (const CommandRow& row : command_rows()) {
            if (!row.hidden() && group_title(row.group) == group_title(group)) members.push_back(&row);
        }
        if (!members.empty()) visit(group_title(group), members);
    }
}

constexpr std::string_view what_it_is =
    "orloj runs AI agents that are declared as YAML, each bound to a model endpoint\n"
    "by reference. Everything is kept in one local file.\n";

/// What somebody types who has just installed it.
constexpr std::pair<std::string_view, std::string_view> first_lines[] = {
    {"orloj init demo", "three agents in a folder; no key"},
    {"orloj run -f demo topic=tides", "run them"},
    {"orloj create secret openai-api-key", "keep a key, sealed"},
    {"orloj doctor", "ask whether models are ready"},
};

} // namespace

std::string option_text(const Option& option) {
    std::string out = option.letter == 0 ? "    " : base::format("-{}, ", option.letter);
    out += option.name;
    if (!option.value.empty()) out += base::format(" {}", option.value);
    return out;
}

std::string usage_of(const Command& command) {
    std::string out = base::format("orloj {}", command.name);
    for (const Positional& p : command.positionals) {
        const std::string word = base::format("{}{}", p.name, p.takes == Takes::many ? "..." : "");
        out += p.required ? " " + word : " [" + word + "]";
    }
    return out + " [options]";
}

std::vector<std::string> paragraphs_of(std::string_view doc) {
    std::vector<std::string> out;
    bool open = false;
    for (const std::string_view line : base::split(doc, '\n')) {
        if (line.empty() || shown_as_it_is(line)) {
            if (!line.empty()) out.emplace_back(line);
            open = false;
        } else if (open) {
            out.back() += " " + std::string(line);
        } else {
            out.emplace_back(line);
            open = true;
        }
    }
    return out;
}

std::vector<std::string> examples_of(const Command& command) {
    std::vector<std::string> out;
    for (const std::string_view line : base::split(command.example, '\n')) {
        if (!base::trim(line).empty()) out.emplace_back(base::trim(line));
    }
    return out;
}

std::string output_words(const CommandRow& row) {
    if (row.formats.empty()) return {};
    const std::vector<std::string_view> words = words_of(row.formats);
    return words.size() == 1 ? std::string() : base::either(words) + ".";
}

std::string help_of(const CommandRow& row) {
    const Page page(row);
    return page.text(page.that_fits()) +
           base::format("\nMore: orloj help {}. Options everywhere: orloj help options\n", row.name);
}

std::string long_help_of(const CommandRow& row) {
    const Page page(row);
    return page.text(page.all()) + "\nWhat every command takes:\n" + global_lines();
}

std::string help_of_group(std::string_view words) {
    std::string out;
    for (const CommandRow& row : command_rows()) {
        if (row.name.starts_with(std::string(words) + " "))
            out += help_line(std::string(row.name), row.make().summary);
    }
    if (out.empty()) return out;
    return base::format("Usage: orloj {} WHAT [arguments] [options]\n\n{}\nMore: orloj {} WHAT --help\n",
                        words, out, words);
}

std::string help_of_options() {
    return "What every command takes, at any place of the command line:\n\n" + global_lines() +
           "\nThe value of an option stands after it or after =: -o json, -ojson, -o=json,\n"
           "--output json, --output=json. Names of options are written out, and an option\n"
           "with one value is given once. After -- nothing is an option.\n"
           "Options of model endpoints are something else: orloj explain options\n";
}

std::string help() {
    std::string out(what_it_is);
    out += "\nUsage: orloj COMMAND [arguments] [options]\n";
    each_group([&](std::string_view title, const std::vector<const CommandRow*>& members) {
        out += base::format("\n{}:\n", title);
        for (const CommandRow* row : members)
            out += help_line(std::string(row->name), row->make().summary);
    });
    return out + "\n`orloj COMMAND --help` says what a command does, `orloj help options` what\n"
                 "every command takes, `orloj explain` what can be declared.\n";
}

std::string overview() {
    std::string out(what_it_is);
    out += "\nType first:\n";
    for (const auto& [line, doc] : first_lines)
        out += terminal::two_columns("  " + std::string(line), doc, 45);
    out += "\n";
    each_group([&](std::string_view title, const std::vector<const CommandRow*>& members) {
        std::vector<std::string> names;
        for (const CommandRow* row : members) { // a family of commands by its first word
            std::string name(row->name.substr(0, row->name.find(' ')));
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
        }
        out += terminal::two_columns(std::string(title), base::join(names, ", "), 18);
    });
    return out + "\nAll commands in a line each: orloj --help. One of them: orloj COMMAND --help\n";
}

} // namespace cli
