// The only file that includes CLI11, which costs seconds to compile. Only the command that was typed is
// built, so a start does not pay for the others.
#include <algorithm>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/elsewhere.hpp"
#include "cli/typed_again.hpp"

namespace cli {

namespace {

struct Slot {
    const Option* option = nullptr;
    std::vector<std::string> values;
    bool flag = false;
    CLI::Option* parsed = nullptr;
};

void add(CLI::App& app, Slot& slot, const Option& option) {
    slot.option = &option;
    const std::string name =
        option.letter == 0 ? std::string(option.name) : base::format("-{},{}", option.letter, option.name);
    switch (option.takes) {
    case Takes::nothing:
        slot.parsed = app.add_flag(name, slot.flag);
        return;
    case Takes::one: // given twice it is refused below, in words of ours
    case Takes::many:
        slot.parsed = app.add_option(name, slot.values)->expected(1)->allow_extra_args(false)->take_all();
        return;
    }
}

/// Files are given with -f alone: who names one without it is told so.
std::string see_help(const Command& command, const std::string& unexpected) {
    for (const Option& option : command.options) {
        if (option.name == "--file") {
            return base::format("files and folders are named with -f: orloj {} -f {}", command.name,
                                shell_word(unexpected));
        }
    }
    return base::format("see: orloj {} --help", command.name);
}

std::string see_help(const Command& command) {
    return base::format("see: orloj {} --help", command.name);
}

[[noreturn]] void unknown_option(const Command& command, const std::string& word) {
    const std::string name = word.substr(0, word.find('='));
    if (const std::string answer = elsewhere_answer(name); !answer.empty())
        throw base::Error(base::Fault::usage, answer);
    const auto meant = option_meant(&command, word);
    throw base::Error(base::Fault::usage, base::format("unknown option '{}'", word))
        .hint(meant ? base::format("did you mean '{}'?", *meant) : see_help(command));
}

bool is_option(const std::string& word) {
    return word.size() > 1 && word.starts_with('-');
}

[[noreturn]] void complain(const Command& command, const CLI::App& app, const std::string& why) {
    const std::vector<std::string> extra = app.remaining();
    const auto option = std::find_if(extra.begin(), extra.end(), is_option);
    if (option != extra.end()) unknown_option(command, *option);
    // CLI11 says "--output: 1 required TEXT missing".
    if (const std::size_t colon = why.find(": ");
        why.starts_with('-') && why.find("missing") != std::string::npos) {
        throw base::Error(base::Fault::usage, base::format("option '{}' needs a value", why.substr(0, colon)))
            .hint(see_help(command));
    }
    throw base::Error(base::Fault::usage, base::lower(why)).hint(see_help(command));
}

/// -o=json is what -ojson is; CLI11 would take the = as part of the value.
void drop_equals(const Command& command, std::vector<std::string>& words) {
    const auto takes_value = [](std::span<const Option> options, char letter) {
        return std::any_of(options.begin(), options.end(), [&](const Option& option) {
            return option.letter == letter && option.takes != Takes::nothing;
        });
    };
    for (std::string& word : words) {
        if (word.size() < 3 || word[0] != '-' || word[2] != '=') continue;
        if (takes_value(command.options, word[1]) || takes_value(global_options(), word[1])) word.erase(2, 1);
    }
}

Globals globals_of(std::vector<Slot>& slots, std::size_t first) {
    Globals out;
    const auto value = [&](std::size_t i) { return slots[first + i].values; };
    if (!value(0).empty()) out.db = value(0).back();
    if (!value(1).empty()) out.namespace_ = value(1).back();
    if (!value(2).empty()) {
        out.output = value(2).back();
        if (out.output.empty())
            throw base::Error(base::Fault::usage, "option '--output' needs a value")
                .hint("for instance: -o json");
    }
    out.quiet = slots[first + 3].flag;
    out.verbose = slots[first + 4].flag;
    out.no_color = slots[first + 5].flag;
    return out;
}

/// CLI11 would take --quiet=5 for a flag that is set, and --quiet=false for one that is not.
void refuse_values_of_flags(const Command& command, const std::vector<std::string>& words) {
    const auto check = [&](std::span<const Option> options, const std::string& name) {
        for (const Option& option : options) {
            if (option.name != name || option.takes != Takes::nothing) continue;
            throw base::Error(base::Fault::usage, base::format("option '{}' takes no value", name))
                .hint(see_help(command));
        }
    };
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        if (!word.starts_with("--") || equals == std::string::npos) continue;
        check(command.options, word.substr(0, equals));
        check(global_options(), word.substr(0, equals));
    }
}

/// What the app made of the words; those that are no option come back, in order.
std::vector<std::string> parse(CLI::App& app, const Command& command, std::vector<std::string> words) {
    // Behind -- nothing is an option.
    const auto border = std::find(words.begin(), words.end(), "--");
    const std::vector<std::string> behind(border == words.end() ? border : border + 1, words.end());
    words.erase(border, words.end());
    drop_equals(command, words);
    refuse_values_of_flags(command, words);
    std::reverse(words.begin(), words.end()); // CLI11 reads a vector from its end
    try {
        app.parse(words);
    } catch (const CLI::ParseError& error) {
        complain(command, app, error.what());
    }
    std::vector<std::string> rest = app.remaining();
    if (const auto option = std::find_if(rest.begin(), rest.end(), is_option); option != rest.end())
        unknown_option(command, *option);
    rest.insert(rest.end(), behind.begin(), behind.end());
    return rest;
}

void set_positionals(const Command& command, const std::vector<std::string>& rest, Arguments& out) {
    std::size_t next = 0;
    for (const Positional& p : command.positionals) {
        std::vector<std::string> values;
        while (next < rest.size() && (p.takes == Takes::many || values.empty()))
            values.push_back(rest[next++]);
        if (values.empty() && p.required) {
            throw base::Error(base::Fault::usage, base::format("{} is missing", p.name))
                .hint(see_help(command));
        }
        if (!values.empty()) out.set(p.name, std::move(values));
    }
    if (next < rest.size()) {
        throw base::Error(base::Fault::usage, base::format("unexpected argument '{}'", rest[next]))
            .hint(see_help(command, rest[next]));
    }
}

} // namespace

Parsed parse_arguments(const Command& command, std::vector<std::string> words) {
    CLI::App app;
    app.set_help_flag();
    app.allow_extras();
    app.positionals_at_end(false);
    const std::size_t own = command.options.size();
    std::vector<Slot> slots(own + global_options().size());
    for (std::size_t i = 0; i < own; ++i)
        add(app, slots[i], command.options[i]);
    for (std::size_t i = 0; i < global_options().size(); ++i)
        add(app, slots[own + i], global_options()[i]);
    const std::vector<std::string> rest = parse(app, command, std::move(words));
    for (const Slot& slot : slots) {
        if (slot.option->takes == Takes::one && slot.values.size() > 1) {
            throw base::Error(base::Fault::usage,
                              base::format("option '{}' is given twice", slot.option->name))
                .hint(see_help(command));
        }
    }
    Parsed out;
    set_positionals(command, rest, out.arguments);
    for (std::size_t i = 0; i < own; ++i) {
        if (slots[i].parsed->count() > 0)
            out.arguments.set(slots[i].option->name, std::move(slots[i].values));
    }
    out.globals = globals_of(slots, own);
    return out;
}

} // namespace cli
