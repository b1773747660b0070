#include "cli/faults.hpp"

#include "base/text.hpp"

namespace cli {

using base::Fault;

std::vector<Fault> all_faults() {
    std::vector<Fault> out;
    for (int i = 0; i <= static_cast<int>(Fault::bug); ++i)
        out.push_back(static_cast<Fault>(i));
    return out;
}

std::string_view fault_meaning(Fault fault) {
    switch (fault) {
    case Fault::usage:
        return "the command line was wrong";
    case Fault::manifest:
        return "a manifest was wrong, and nothing was changed";
    case Fault::reference:
        return "something a manifest refers to does not exist or cannot be used";
    case Fault::secret:
        return "a secret cannot be resolved, sealed or opened";
    case Fault::not_found:
        return "the thing asked for does not exist";
    case Fault::store:
        return "the database cannot be used";
    case Fault::io:
        return "a file, folder or terminal cannot be used";
    case Fault::failed:
        return "the run failed for a reason of its own";
    case Fault::provider:
        return "a model provider refused or could not be reached";
    case Fault::policy:
        return "a policy or a budget stopped the run";
    case Fault::approval:
        return "the run waits for a person";
    case Fault::interrupted:
        return "interrupted; the run can be resumed";
    case Fault::closed:
        return "the reader of standard output went away";
    case Fault::bug:
        return "a mistake in orloj";
    }
    return "";
}

std::string_view fault_advice(Fault fault) {
    switch (fault) {
    case Fault::usage:
        return "See `orloj COMMAND --help`.";
    case Fault::manifest:
        return "Each complaint names file, line and column; `orloj explain KIND` says what can stand there.";
    case Fault::reference:
        return "Apply what is missing, or correct its name; `orloj get KIND` lists what there is.";
    case Fault::secret:
        return "`orloj create secret NAME`, or set ORLOJ_SECRET_NAME; `orloj doctor` looks at the key file.";
    case Fault::not_found:
        return "`orloj get KIND -A` lists what there is, in every namespace.";
    case Fault::store:
        return "`orloj doctor` looks at the database; --db or ORLOJ_DB names another one.";
    case Fault::io:
        return "Look at the path, its permissions and the space on the disk.";
    case Fault::failed:
        return "`orloj logs TASK` says where; `orloj retry TASK --run` does it again.";
    case Fault::provider:
        return "`orloj doctor` asks whether endpoints are ready; `orloj retry TASK --run` does it again.";
    case Fault::policy:
        return "`orloj trace TASK` names the rule; `orloj describe agent-policy NAME` shows it.";
    case Fault::approval:
        return "Decide, then `orloj resume TASK`.";
    case Fault::interrupted:
        return "`orloj resume TASK` goes on; nothing that was answered is asked again.";
    case Fault::closed:
        return "`orloj resume TASK` goes on with a run that this stopped.";
    case Fault::bug:
        return "Please report it.";
    }
    return "";
}

std::map<int, ExitCode> exit_codes() {
    std::map<int, ExitCode> out;
    out[0].meaning = "done";
    for (const Fault fault : all_faults()) {
        ExitCode& code = out[base::exit_code(fault)];
        code.faults.push_back(fault);
        code.meaning += code.meaning.empty() ? "" : "; ";
        code.meaning += fault_meaning(fault);
    }
    out[1].meaning += "; `diff`, `replay` and `doctor` found something";
    for (auto& [number, code] : out)
        code.meaning = base::upper(code.meaning.substr(0, 1)) + code.meaning.substr(1) + ".";
    return out;
}

std::string_view exit_code_order() {
    return "Where several apply to one run: 4, then 5, then 3, then 1.";
}

} // namespace cli
