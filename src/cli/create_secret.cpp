// orloj create secret: seals values that come from standard input, a prompt, files, variables or the command
// line.
#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/prompt.hpp"
#include "cli/secrets.hpp"
#include "cli/session.hpp"
#include "cli/typed_again.hpp"

namespace cli {

namespace {

constexpr std::size_t largest_value = 1U << 20U; // bytes
constexpr std::size_t longest_shown = 16;        // a longer word without a value may be one itself

using Values = std::map<std::string, base::SecretText>;

std::pair<std::string, std::string> split_pair(const std::string& option, const std::string& text) {
    const std::size_t equals = text.find('=');
    const std::string key(base::trim(std::string_view(text).substr(0, equals)));
    const bool only_signs = text.find_first_not_of('=', equals) == std::string::npos; // ends of base64
    const bool pasted = only_signs && (text.ends_with("==") || key.size() > longest_shown);
    if (equals == std::string::npos || key.empty() || pasted) {
        throw base::Error(base::Fault::usage, base::format("invalid {} \"{}\": expected key=value", option,
                                                           option == "--from-literal" ? "..." : text));
    }
    return {key, text.substr(equals + 1)};
}

base::SecretText without_line_end(std::string text) {
    std::string_view rest = text;
    while (rest.ends_with('\n') || rest.ends_with('\r'))
        rest.remove_suffix(1);
    base::SecretText out(rest);
    base::wipe(text);
    return out;
}

void put(Values& values, const std::string& key, base::SecretText value) {
    if (base::trim(value.reveal()).empty()) {
        throw base::Error(base::Fault::usage, base::format("the value of '{}' is empty", key));
    }
    if (!values.emplace(key, std::move(value)).second) {
        throw base::Error(base::Fault::usage, base::format("'{}' is given twice", key));
    }
}

Values read_values(Session& session, const Arguments& arguments) {
    Values values;
    for (const std::string& text : arguments.many("--from-literal")) {
        auto [key, value] = split_pair("--from-literal", text);
        put(values, key, base::SecretText(value));
        base::wipe(value);
    }
    for (const std::string& text : arguments.many("--from-file")) {
        const auto [key, path] = split_pair("--from-file", text);
        put(values, key, without_line_end(base::read_file(path, largest_value)));
    }
    for (const std::string& text : arguments.many("--from-env")) {
        const auto [key, variable] = split_pair("--from-env", text);
        const auto value = base::environment(variable);
        if (!value)
            throw base::Error(base::Fault::usage,
                              base::format("the environment variable {} is not set", variable));
        put(values, key, base::SecretText(*value));
    }
    const auto ask = [&values] {
        put(values, "value", ask_unseen("value (not shown): ", "nothing was stored"));
    };
    if (arguments.has("--stdin")) {
        if (session.interactive())
            ask(); // as what hints say is pasted on a terminal, where the key would be seen
        else
            put(values, "value", without_line_end(base::read_file("-", largest_value)));
    }
    if (!values.empty()) return values;
    if (!session.interactive()) {
        throw base::Error(base::Fault::usage, "no value given")
            .hint(base::format("pipe it in: orloj create secret {} --stdin < key.txt",
                               shell_word(arguments.one("NAME").value_or("NAME"))));
    }
    ask();
    return values;
}

int create_secret(Session& session, const Arguments& arguments) {
    resource::Resource secret;
    secret.metadata.name = arguments.one("NAME").value_or("");
    secret.metadata.namespace_ = session.namespace_();
    if (const std::string problem = resource::name_problem(secret.metadata.name); !problem.empty()) {
        throw base::Error(base::Fault::usage,
                          base::format("secret name \"{}\" {}", secret.metadata.name, problem));
    }
    resource::SecretSpec spec;
    spec.values = spec.data = read_values(session, arguments);
    secret.spec = std::move(spec);
    if (arguments.has("--from-literal") && session.interactive()) {
        session.say(
            "note: --from-literal leaves the value in your shell's history; --stdin and the prompt do not");
    }
    const store::Applied applied = apply_all(session, {&secret}).front();
    session.out(base::format("{} {}\n", word_of(applied), secret.id()));
    return 0;
}

} // namespace

Command create_secret_command() {
    return {
        "create secret",
        "Store a secret, sealed.",
        "The value comes from standard input, a prompt without echo, a file, a variable or the\n"
        "command line. It is sealed with your key file before it is stored and never printed.",
        "  orloj create secret openai-api-key --stdin < key.txt\n"
        "  orloj create secret openai-api-key --from-env value=OPENAI_API_KEY\n"
        "  orloj create secret openai-api-key --from-literal value=sk-...",
        {{"NAME", "The secret's name.", Takes::one, true}},
        {{"--from-literal", 0, "KEY=VALUE", "A value as it is; stays in the shell's history.", Takes::many},
         {"--from-file", 0, "KEY=PATH", "The content of a file without its last line end.", Takes::many},
         {"--from-env", 0, "KEY=NAME", "The value of an environment variable.", Takes::many},
         {"--stdin", 0, "", "Standard input as the key 'value'.", Takes::nothing}},
        create_secret};
}

} // namespace cli
