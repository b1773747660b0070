// orloj report: a run as one page for a browser.
#include <unistd.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/paged_run.hpp"
#include "cli/stored_run.hpp"

namespace cli {

namespace {

int report(Session& session, const Arguments& arguments) {
    const std::vector<std::string> words = arguments.many("TASK");
    if (base::is_terminal(STDOUT_FILENO)) {
        throw base::Error(base::Fault::usage, "a page for a browser cannot be read on a terminal")
            .hint(base::format("write it to a file: orloj report {} > report.html", base::join(words, " ")));
    }
    const picture::PageSink sink = [&](std::string_view piece) { session.out(piece); };
    const std::vector<std::string> tasks = words.empty() ? words : one_or_two_tasks(words);
    const picture::PagedRun first =
        paged_run(session, run_target(session, tasks.empty() ? tasks : std::vector{tasks.front()}));
    if (tasks.size() < 2) {
        picture::write_run_page(first, sink);
        return 0;
    }
    picture::write_comparison_page(first, paged_run(session, task_target(session, {tasks.back()})), sink);
    return 0;
}

} // namespace

Command report_command() {
    return {
        "report",
        "Write a run, or two side by side, as a web page.",
        "One HTML file that needs nothing else and fetches nothing: totals, the graph, the waterfall, every\n"
        "prompt and answer, tokens, cost, policies, retries and errors; light or dark, usable by keyboard, "
        "fit\n"
        "to be printed. Runs that have not ended have a page too. It holds all that was said in the run, so\n"
        "give it only to those who may read that; secrets are not in it.",
        "  orloj report task/hello > hello.html\n"
        "  orloj report task/hello task/hello-again > both.html",
        {{"TASK", "task/NAME; a second one is shown beside it. Without any, the run that began last.",
          Takes::many, false}},
        {},
        report};
}

} // namespace cli
