// The only file that includes CLI11, which costs seconds to compile. Only the command that was typed is
// built, so a start does not pay for the others.
#include <algorithm>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"

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
    case Takes::one:
        slot.parsed = app.add_option(name, slot.values)->expected(1)->allow_extra_args(false)->take_last();
        return;
    case Takes::many:
        slot.parsed = app.add_option(name, slot.values)->expected(1)->allow_extra_args(false)->take_all();
        return;
    }
}

std::string nearest_option(const Command& command, const std::string& typed) {
    std::vector<std::string> names;
    for (const Option& option : command.options)
        names.emplace_back(option.name);
    for (const Option& option : global_options())
        names.emplace_back(option.name);
    const auto meant = base::nearest(typed.substr(0, typed.find('=')), names);
    return meant ? base::format("did you mean '{}'?", *meant)
                 : base::format("see: orloj {} --help", command.name);
}

[[noreturn]] void complain(const Command& command, const CLI::App& app, const std::string& why) {
    const std::vector<std::string> extra = app.remaining();
    const auto option = std::find_if(extra.begin(), extra.end(), [](const std::string& word) {
        return word.size() > 1 && word.starts_with('-') && word != "--";
    });
    if (option != extra.end()) {
        throw base::Error(base::Fault::usage, base::format("unknown option '{}'", *option))
            .hint(nearest_option(command, *option));
    }
    const std::string help = base::format("see: orloj {} --help", command.name);
    // CLI11 says "--output: 1 required TEXT missing".
    if (const std::size_t colon = why.find(": ");
        why.starts_with('-') && why.find("missing") != std::string::npos) {
        throw base::Error(base::Fault::usage, base::format("option '{}' needs a value", why.substr(0, colon)))
            .hint(help);
    }
    throw base::Error(base::Fault::usage, base::lower(why)).hint(help);
}

Globals globals_of(std::vector<Slot>& slots, std::size_t first) {
    Globals out;
    const auto value = [&](std::size_t i) { return slots[first + i].values; };
    if (!value(0).empty()) out.db = value(0).back();
    if (!value(1).empty()) out.namespace_ = value(1).back();
    if (!value(2).empty()) out.output = value(2).back();
    out.quiet = slots[first + 3].flag;
    out.verbose = slots[first + 4].flag;
    out.no_color = slots[first + 5].flag;
    return out;
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
    std::vector<std::vector<std::string>> positionals(command.positionals.size());
    std::reverse(words.begin(), words.end()); // CLI11 reads a vector from its end
    try {
        app.parse(words);
    } catch (const CLI::ParseError& error) {
        complain(command, app, error.what());
    }
    // CLI11 leaves words that are no option; they are the positionals in order.
    std::vector<std::string> rest = app.remaining();
    for (const std::string& word : rest) {
        if (word.size() > 1 && word.starts_with('-') && word != "--") complain(command, app, word);
    }
    std::erase(rest, "--");
    Parsed out;
    std::size_t next = 0;
    for (const Positional& p : command.positionals) {
        std::vector<std::string> values;
        while (next < rest.size() && (p.takes == Takes::many || values.empty()))
            values.push_back(rest[next++]);
        if (values.empty() && p.required) {
            throw base::Error(base::Fault::usage, base::format("{} is missing", p.name))
                .hint(base::format("see: orloj {} --help", command.name));
        }
        if (!values.empty()) out.arguments.set(p.name, std::move(values));
    }
    if (next < rest.size()) {
        throw base::Error(base::Fault::usage, base::format("unexpected argument '{}'", rest[next]))
            .hint(base::format("see: orloj {} --help", command.name));
    }
    for (std::size_t i = 0; i < own; ++i) {
        if (slots[i].parsed->count() > 0)
            out.arguments.set(slots[i].option->name, std::move(slots[i].values));
    }
    out.globals = globals_of(slots, own);
    return out;
}

} // namespace cli
