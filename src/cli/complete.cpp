#include "cli/complete.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/topic.hpp"

namespace cli {

namespace {

/// What is known of the command line before the word that is typed.
struct Line {
    std::string name;                ///< the words of a command, as far as they are one
    const CommandRow* row = nullptr; ///< of that name; nullptr for "create"
    std::optional<Command> command;
    std::vector<std::string> positionals;
    std::vector<std::string> given;  ///< names of options
    const Option* pending = nullptr; ///< waits for its value
    std::string namespace_;          ///< "" for the person's own
    bool behind = false;             ///< after --
    bool lost = false;               ///< a word that is no command
};

bool begins_a_command(std::string_view name) {
    return std::any_of(command_rows().begin(), command_rows().end(),
                       [&](const CommandRow& row) { return row.name.starts_with(std::string(name) + " "); });
}

/// The option of that spelling, "--file" or 'f'; nullptr when there is none.
const Option* find_option(const Line& line, std::string_view name, char letter) {
    const auto fits = [&](const Option& option) {
        return name.empty() ? option.letter == letter : option.name == name;
    };
    if (line.command) {
        for (const Option& option : line.command->options) {
            if (fits(option)) return &option;
        }
    }
    for (const Option& option : global_options()) {
        if (fits(option)) return &option;
    }
    return nullptr;
}

void take_value(Line& line, const Option& option, std::string_view value) {
    if (option.name == "--namespace") line.namespace_ = value;
}

void take_option(Line& line, std::string_view word) {
    if (word.starts_with("--")) {
        const std::size_t equals = word.find('=');
        const Option* option = find_option(line, word.substr(0, equals), 0);
        if (option == nullptr) return;
        line.given.emplace_back(option->name);
        if (option->takes == Takes::nothing) return;
        if (equals == std::string_view::npos)
            line.pending = option;
        else
            take_value(line, *option, word.substr(equals + 1));
        return;
    }
    for (std::size_t i = 1; i < word.size(); ++i) {
        const Option* option = find_option(line, "", word[i]);
        if (option == nullptr) return;
        line.given.emplace_back(option->name);
        if (option->takes == Takes::nothing) continue;
        std::string_view value = word.substr(i + 1);
        if (value.starts_with('=')) value.remove_prefix(1);
        if (i + 1 == word.size())
            line.pending = option;
        else
            take_value(line, *option, value);
        return;
    }
}

void take_plain(Line& line, const std::string& word) {
    const std::string longer = line.name.empty() ? word : line.name + " " + word;
    const CommandRow* row = find_row(longer);
    const bool extends = line.positionals.empty() && (row != nullptr || begins_a_command(longer));
    if (!extends) {
        line.positionals.push_back(word);
        line.lost = line.lost || line.row == nullptr;
        return;
    }
    line.name = longer;
    line.row = row;
    line.command = row != nullptr ? std::optional<Command>(row->make()) : std::nullopt;
}

Line read_line(const std::vector<std::string>& words) {
    Line line;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        const std::string& word = words[i];
        if (line.pending != nullptr) {
            take_value(line, *line.pending, word);
            line.pending = nullptr;
        } else if (line.behind || word.size() < 2 || word[0] != '-') {
            take_plain(line, word);
        } else if (word == "--") {
            line.behind = true;
        } else {
            take_option(line, word);
        }
    }
    return line;
}

/// Gathers what begins with the word that is typed.
class Gatherer {
  public:
    Gatherer(const Line& line, std::string typed, const Stored& stored)
        : line_(line), typed_(std::move(typed)), stored_(stored) {}

    void add(std::string word, std::string_view doc = {}) {
        if (word.starts_with(typed_)) out_.all.push_back({std::move(word), std::string(doc)});
    }

    void command_words() {
        const std::string start = line_.name.empty() ? "" : line_.name + " ";
        for (const CommandRow& row : command_rows()) {
            if (row.hidden() || !row.name.starts_with(start)) continue;
            const std::string rest(row.name.substr(start.size()));
            const std::string word = rest.substr(0, rest.find(' '));
            const bool seen = std::any_of(out_.all.begin(), out_.all.end(),
                                          [&](const Candidate& c) { return c.word == word; });
            if (word.starts_with(typed_) && !seen) add(word, row.make().summary);
        }
        if (start.empty()) add("help", "Say more about a command.");
    }

    void option_words() {
        const auto each = [&](std::span<const Option> options) {
            for (const Option& option : options) {
                const bool again =
                    option.takes == Takes::many ||
                    std::find(line_.given.begin(), line_.given.end(), option.name) == line_.given.end();
                if (again) add(std::string(option.name), option.doc);
            }
        };
        if (line_.command) each(line_.command->options);
        each(global_options());
        add("--help", "Say what the command does.");
    }

    void option_value(const Option& option, const std::string& prefix) {
        if (option.name == "--output" && line_.row != nullptr) return choices(line_.row->formats, prefix);
        means(means_of(option), option.choices, prefix, {});
    }

    /// `before` are the positionals before the one that is typed.
    void positional(const std::vector<std::string>& before) {
        std::size_t index = 0;
        for (const Positional& p : line_.command->positionals) {
            if (p.takes != Takes::many && index++ < before.size()) continue;
            return means(means_of(p), p.choices, "", before);
        }
    }

    Candidates take() && { return std::move(out_); }

  private:
    void choices(std::string_view words, const std::string& prefix) {
        for (const std::string_view word : words_of(words))
            add(prefix + std::string(word));
        if (out_.all.size() == 1 && out_.all.front().word.ends_with('='))
            out_.follow = Candidates::Follow::no_space;
    }

    void names(const resource::Kind& kind, const std::string& prefix) {
        if (!typed_.starts_with(prefix)) return;
        for (const std::string& name :
             stored_.names(kind, line_.namespace_, std::string_view(typed_).substr(prefix.size())))
            add(prefix + name);
    }

    /// "KIND/NAME" where a slash is typed already.
    bool slashed() {
        const std::size_t slash = typed_.find('/');
        if (slash == std::string::npos) return false;
        if (const resource::Kind* kind = resource::find_kind(typed_.substr(0, slash)))
            names(*kind, typed_.substr(0, slash + 1));
        return true;
    }

    void kinds(std::string_view resource::Kind::*spelling) {
        for (const resource::Kind& kind : resource::kinds())
            add(std::string(kind.*spelling), kind.doc);
    }

    void one_of(std::string_view resource::Kind::*spelling, const std::vector<std::string>& before) {
        if (!before.empty() && before.front().find('/') == std::string::npos) {
            if (const resource::Kind* kind = resource::find_kind(before.front())) names(*kind, "");
            return;
        }
        if (!slashed()) kinds(spelling);
    }

    void tasks(const std::string& prefix, const std::vector<std::string>& before) {
        const resource::Kind& kind = resource::kind_of<resource::TaskSpec>();
        if (before.size() == 1 && before.front().find('/') == std::string::npos &&
            resource::find_kind(before.front()) == &kind)
            return names(kind, "");
        if (slashed()) return;
        if (std::string_view("task/").starts_with(typed_)) {
            typed_ = "task/";
            return names(kind, "task/");
        }
        names(kind, prefix);
    }

    void topic(const std::vector<std::string>& before) {
        if (!before.empty()) {
            if (const Topic* topic = before.size() == 1 ? find_topic(before.front()) : nullptr) {
                for (std::string& name : topic->members())
                    add(std::move(name));
            }
            return;
        }
        if (typed_.find('.') != std::string::npos) return fields();
        kinds(&resource::Kind::singular);
        for (const Topic& row : topics())
            add(std::string(row.name), row.doc);
    }

    /// The fields at "agent.spec.limits.".
    void fields() {
        const std::size_t first = typed_.find('.');
        const std::size_t last = typed_.rfind('.');
        const resource::Kind* kind = resource::find_kind(typed_.substr(0, first));
        if (kind == nullptr) return;
        std::string path = first == last ? "" : typed_.substr(first + 1, last - first - 1);
        if (path == "spec" || path.starts_with("spec.")) path.erase(0, std::min<std::size_t>(5, path.size()));
        const schema::Place place = schema::find_place(kind->type(), kind->singular, path);
        for (const schema::Field& field : schema::innermost(*place.type).fields) {
            if (field.removed.empty()) add(typed_.substr(0, last + 1) + std::string(field.name), field.doc);
        }
        out_.follow = Candidates::Follow::no_space;
    }

    void file(const std::string& prefix) {
        out_.files = true;
        out_.file_prefix = prefix;
    }

    template <typename Spec>
    void names_of_kind(const std::string& prefix) {
        names(resource::kind_of<Spec>(), prefix);
    }

    void means(Means means, std::string_view words, const std::string& prefix,
               const std::vector<std::string>& before) {
        switch (means) {
        case Means::unsaid:
        case Means::anything:
            return;
        case Means::file:
            return file(prefix);
        case Means::keyed_file:
            if (const std::size_t equals = typed_.find('=', prefix.size()); equals != std::string::npos)
                file(typed_.substr(0, equals + 1));
            return;
        case Means::kind:
            return kinds(&resource::Kind::singular);
        case Means::resource:
            return one_of(&resource::Kind::plural, before);
        case Means::target:
            return one_of(&resource::Kind::singular, before);
        case Means::task:
            return tasks(prefix, before);
        case Means::agent:
            return names_of_kind<resource::AgentSpec>(prefix);
        case Means::system:
            return names_of_kind<resource::AgentSystemSpec>(prefix);
        case Means::endpoint:
            return names_of_kind<resource::ModelEndpointSpec>(prefix);
        case Means::secret:
            return names_of_kind<resource::SecretSpec>(prefix);
        case Means::namespace_:
            for (const std::string& name : stored_.namespaces())
                add(prefix + name);
            return;
        case Means::topic:
            return topic(before);
        case Means::choice:
            return choices(words, prefix);
        }
    }

    const Line& line_;
    std::string typed_;
    const Stored& stored_;
    Candidates out_;
};

/// An option whose value is typed in the same word: "--output=js", "-ojs", "-o=js". nullptr for others.
const Option* attached(const Line& line, const std::string& typed, std::string& prefix) {
    const bool whole = typed.starts_with("--");
    const std::size_t equals = typed.find('=');
    if (whole ? equals == std::string::npos : typed.size() < 3) return nullptr;
    const Option* option =
        whole ? find_option(line, typed.substr(0, equals), 0) : find_option(line, "", typed[1]);
    if (option == nullptr || option->takes == Takes::nothing) return nullptr;
    prefix = whole ? typed.substr(0, equals + 1) : typed.substr(0, typed[2] == '=' ? 3 : 2);
    return option;
}

void gather(const Line& line, const std::string& typed, Gatherer& out) {
    if (line.pending != nullptr) return out.option_value(*line.pending, "");
    if (!line.behind && typed.starts_with('-')) {
        std::string prefix;
        if (const Option* option = attached(line, typed, prefix)) return out.option_value(*option, prefix);
        return out.option_words();
    }
    if (line.lost) return;
    if (line.positionals.empty() && (line.row == nullptr || begins_a_command(line.name))) out.command_words();
    if (line.command) out.positional(line.positionals);
}

} // namespace

Candidates candidates(const std::vector<std::string>& words, const Stored& stored) {
    std::vector<std::string> rest = words;
    if (rest.empty()) rest.emplace_back();
    const bool help = rest.size() > 1 && rest.front() == "help";
    if (help) rest.erase(rest.begin());
    const Line line = read_line(rest);
    Gatherer out(line, rest.back(), stored);
    if (!help) {
        gather(line, rest.back(), out);
    } else if (line.positionals.empty() && (line.row == nullptr || begins_a_command(line.name))) {
        out.command_words();
        for (const Topic& topic : topics()) {
            if (rest.size() == 1) out.add(std::string(topic.name), topic.doc);
        }
    }
    return std::move(out).take();
}

std::string unquoted(std::string_view typed) {
    std::string out;
    char quote = 0;
    for (std::size_t i = 0; i < typed.size(); ++i) {
        const char c = typed[i];
        if (c == '\\' && quote != '\'' && i + 1 < typed.size())
            out += typed[++i];
        else if (quote == 0 && (c == '\'' || c == '"'))
            quote = c;
        else if (quote != 0 && c == quote)
            quote = 0;
        else
            out += c;
    }
    return out;
}

} // namespace cli
