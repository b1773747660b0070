// orloj explain errors, exit-codes, environment.
#include <algorithm>

#include "base/text.hpp"
#include "cli/environment.hpp"
#include "cli/explanation.hpp"
#include "cli/faults.hpp"
#include "cli/topic.hpp"

namespace cli {

void explain_errors(const Session& session, const Question& question) {
    std::vector<base::Fault> shown;
    for (const base::Fault fault : all_faults()) {
        if (question.path.empty() || question.path == base::fault_name(fault)) shown.push_back(fault);
    }
    if (shown.empty()) unknown_word("error code", question.path, error_names(), "see: orloj explain errors");
    if (question.format == Format::json) {
        return print_json(session, [&](base::JsonWriter& out) {
            out.key("items").begin_array();
            for (const base::Fault fault : shown) {
                out.begin_object().member("name", base::fault_name(fault));
                out.member("exit", base::exit_code(fault)).member("doc", fault_meaning(fault));
                out.member("advice", fault_advice(fault)).end_object();
            }
            out.end_array();
        });
    }
    if (!question.path.empty()) {
        const base::Fault fault = shown.front();
        return session.out(aligned({{base::fault_name(fault), base::format("{}.", fault_meaning(fault))},
                                    {"exit code", std::to_string(base::exit_code(fault))},
                                    {"what to do", std::string(fault_advice(fault))}}));
    }
    Lines lines{{"NAME", "EXIT  DOC"}};
    for (const base::Fault fault : shown)
        lines.emplace_back(base::fault_name(fault),
                           base::format("{:<4}  {}.", base::exit_code(fault), fault_meaning(fault)));
    session.out(aligned(lines));
}

std::vector<std::string> error_names() {
    return names_of(all_faults(), [](base::Fault fault) { return base::fault_name(fault); });
}

void explain_exit_codes(const Session& session, const Question& question) {
    std::map<int, ExitCode> shown = exit_codes();
    if (!question.path.empty())
        std::erase_if(shown, [&](const auto& row) { return std::to_string(row.first) != question.path; });
    if (shown.empty())
        unknown_word("exit code", question.path, exit_code_names(), "see: orloj explain exit-codes");
    if (question.format == Format::table) {
        Lines lines{{"NAME", "DOC"}};
        for (const auto& [number, code] : shown)
            lines.emplace_back(std::to_string(number), code.meaning);
        if (question.path.empty()) lines.emplace_back("", std::string(exit_code_order()));
        return session.out(aligned(lines));
    }
    print_json(session, [&](base::JsonWriter& out) {
        out.key("items").begin_array();
        for (const auto& [number, code] : shown) {
            out.begin_object().member("name", std::to_string(number)).member("exit", number);
            write_words(out, "errors",
                        names_of(code.faults, [](base::Fault f) { return base::fault_name(f); }));
            out.member("doc", code.meaning).end_object();
        }
        out.end_array();
    });
}

std::vector<std::string> exit_code_names() {
    return names_of(exit_codes(), [](const auto& row) { return std::to_string(row.first); });
}

void explain_environment(const Session& session, const Question& question) {
    std::vector<NamedVariable> shown = all_variables();
    if (!question.path.empty()) {
        std::erase_if(shown, [&](const NamedVariable& row) {
            return std::find(row.names.begin(), row.names.end(), question.path) == row.names.end();
        });
        if (shown.empty())
            unknown_word("variable", question.path, variable_names(), "see: orloj explain environment");
    }
    if (question.format == Format::table) {
        Lines lines{{"NAME", "DOC"}};
        for (const NamedVariable& row : shown) {
            const std::vector<std::string> others(row.names.begin() + 1, row.names.end());
            lines.emplace_back(row.names.front(),
                               row.doc + (others.empty() ? "" : " Also: " + base::join(others, ", ") + "."));
        }
        return session.out(aligned(lines));
    }
    print_json(session, [&](base::JsonWriter& out) {
        out.key("items").begin_array();
        for (const NamedVariable& row : shown) {
            out.begin_object().member("name", row.names.front());
            write_words(out, "names", row.names);
            out.member("doc", row.doc).end_object();
        }
        out.end_array();
    });
}

std::vector<std::string> variable_names() {
    std::vector<std::string> out;
    for (const NamedVariable& row : all_variables())
        out.insert(out.end(), row.names.begin(), row.names.end());
    return out;
}

} // namespace cli
