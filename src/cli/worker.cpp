#include "cli/worker.hpp"

#include <algorithm>
#include <csignal>

#include <poll.h>
#include <unistd.h>

#include "base/json.hpp"
#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/execute.hpp"
#include "cli/interruption.hpp"
#include "cli/stopping.hpp"
#include "cli/typed_again.hpp"
#include "store/run_lock.hpp"

namespace cli {

namespace {

constexpr int longest_wait_ms = 250;
// A run whose process dies says nothing: so often is looked for one.
constexpr base::Duration between_looks = base::seconds(1);

/// nullopt for a template, which never runs itself.
std::optional<std::int64_t> rank(const store::OpenTask& task) {
    const resource::Spec spec = resource::read_spec(resource::kind_of<resource::TaskSpec>(), task.spec);
    const auto& read = std::get<resource::TaskSpec>(spec);
    if (read.mode == resource::TaskMode::template_) return std::nullopt;
    return resource::priority_of(read.priority).value_or(0);
}

bool taken(Session& session, const store::OpenTask& task) {
    if (task.run > 0 && store::run_owner(session.database_path(), task.run)) return true;
    return task.resource > 0 && store::run_owner(session.database_path(), start_lock(task.resource));
}

/// What -o json says of a task whose process wrote nothing: it could not be started.
std::string fallback_json(store::Runs& runs, const store::RunRow& row) {
    trace::TaskEnd end;
    runs.events(row.id, 0, [&](const trace::Event& event) {
        if (const auto* last = std::get_if<trace::TaskEnd>(&event.payload)) end = *last;
    });
    base::JsonWriter out;
    out.begin_object().member("apiVersion", "orloj.dev/v1").member("task", row.task.name);
    out.member("namespace", row.task.namespace_).member("phase", row.phase);
    out.member("stopped_reason", row.stopped_reason).member("output", "");
    out.key("agents").begin_array().end_array();
    out.key("error").begin_object().member("code", end.code).member("message", end.message);
    out.member("hint", end.hint).end_object();
    out.end_object();
    return std::move(out).take();
}

} // namespace

int worse(int a, int b) {
    static constexpr int order[] = {130, 4, 5, 3, 1, 2, 70, 0};
    const auto place = [](int code) {
        const auto* const it = std::find(std::begin(order), std::end(order), code);
        return it == std::end(order) ? std::find(std::begin(order), std::end(order), 1) : it;
    };
    return *std::min(place(a), place(b));
}

std::vector<store::OpenTask> pending_tasks(Session& session, const std::optional<std::string>& namespace_) {
    store::Connection* connection = session.reading();
    if (connection == nullptr) return {};
    std::vector<std::pair<std::int64_t, store::OpenTask>> ranked;
    for (store::OpenTask& task : store::Runs(*connection).open(namespace_)) {
        if (taken(session, task)) continue;
        if (const auto number = rank(task)) ranked.emplace_back(*number, std::move(task));
    }
    std::sort(ranked.begin(), ranked.end(), [](const auto& x, const auto& y) {
        if (x.first != y.first) return x.first > y.first;
        if (x.second.since != y.second.since) return x.second.since < y.second.since;
        return x.second.name < y.second.name;
    });
    std::vector<store::OpenTask> out;
    for (auto& [number, task] : ranked)
        out.push_back(std::move(task));
    return out;
}

int Worker::run() {
    const Interruption interruption;
    for (;;) {
        heed_signals();
        const bool stopping = signals_ > 0;
        if (!stopping) look_for_tasks();
        if (!stopping) start_tasks();
        const bool idle = jobs_.empty() && queue_.empty();
        if (jobs_.empty() && (stopping || (idle && order_.once))) break;
        if (idle && !said_idle_) session_.say("waiting for tasks; Ctrl-C ends");
        said_idle_ = said_idle_ || idle;
        listen();
        collect();
    }
    if (lost_reader_) throw base::Error(base::Fault::closed, "the reader of the output went away");
    // Stopped with nothing left undone here, a worker has done what it was there for.
    if (signals_ > 0 && order_.once) return worse(code_, 130);
    return signals_ > 0 && code_ != 130 ? 0 : code_;
}

bool Worker::skipped(const store::OpenTask& task) const {
    if (task.run > 0 ? left_runs_.contains(task.run) : left_tasks_.contains(task.name)) return true;
    return std::any_of(jobs_.begin(), jobs_.end(),
                       [&](const Job& job) { return job.task.name == task.name; });
}

/// The whole list again, when somebody changed something, and now and then.
void Worker::look_for_tasks() {
    const base::Duration now = session_.clock().active();
    if (jobs_.size() >= order_.concurrency) return;
    const bool late = !looked_ || now - *looked_ >= between_looks;
    if (!late && !queue_.empty()) return;
    store::Connection* connection = session_.reading();
    if (connection == nullptr) return;
    const std::int64_t version = connection->data_version();
    if (!late && seen_version_ == version) return;
    seen_version_ = version;
    looked_ = now;
    queue_ = pending_tasks(session_, order_.namespace_);
    std::erase_if(queue_, [this](const store::OpenTask& task) { return skipped(task); });
    std::reverse(queue_.begin(), queue_.end());
}

void Worker::start_tasks() {
    while (jobs_.size() < order_.concurrency && !queue_.empty()) {
        store::OpenTask task = std::move(queue_.back());
        queue_.pop_back();
        if (!skipped(task) && !taken(session_, task)) start(std::move(task));
    }
}

void Worker::start(store::OpenTask task) {
    const Globals& globals = session_.globals();
    std::vector<std::string> words{
        "orloj", "__work", "--db", session_.database_path(), "-n", task.name.namespace_};
    if (globals.quiet) words.emplace_back("-q");
    if (globals.verbose) words.emplace_back("-v");
    if (session_.format() == Format::json) words.insert(words.end(), {"-o", "json"});
    if (order_.grace) words.insert(words.end(), {"--grace", base::render(*order_.grace)});
    words.insert(words.end(), {"--", task.name.name});
    session_.say(base::format("task {} {}", task.name.name, task.started ? "goes on" : "starts"));
    said_idle_ = false;
    jobs_.push_back({std::move(task), base::Subprocess::start(base::own_program(), words), {}, {}});
}

/// Each signal is passed on once; a reader that went away is like the first one.
void Worker::heed_signals() {
    int seen = std::min(Interruption::seen(), 2);
    if (seen == 0 && !lost_reader_) lost_reader_ = reader_went_away(STDOUT_FILENO);
    if (seen == 0 && lost_reader_) seen = 1;
    for (; signals_ < seen; ++signals_) {
        const int signal = Interruption::last() == 0 ? SIGTERM : Interruption::last();
        for (const Job& job : jobs_)
            job.process.send(signal);
        if (signals_ > 0 || jobs_.empty()) continue;
        session_.say(base::format("{} under way {} to an end; Ctrl-C again stops at once",
                                  base::counted(jobs_.size(), "task"), jobs_.size() == 1 ? "comes" : "come"));
    }
}

void Worker::listen() {
    std::vector<pollfd> watched{{Interruption::fd(), POLLIN, 0}};
    for (const Job& job : jobs_) {
        watched.push_back({job.process.output(), POLLIN, 0});
        watched.push_back({job.process.errors(), POLLIN, 0});
    }
    (void)::poll(watched.data(), static_cast<nfds_t>(watched.size()), longest_wait_ms);
    for (Job& job : jobs_)
        hear(job);
}

void Worker::hear(Job& job) {
    job.output += job.process.read_output();
    job.line += job.process.read_errors();
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = job.line.find('\n', begin)) != std::string::npos; begin = end + 1)
        tell(job.task.name.name, std::string_view(job.line).substr(begin, end - begin));
    job.line.erase(0, begin);
}

void Worker::tell(const std::string& task, std::string_view line) const {
    try {
        base::write_all(STDERR_FILENO, base::visible(base::format("{}: {}", task, line)) + "\n");
    } catch (const base::Error&) {
        return; // nobody listens any more; the tasks still have to end in order
    }
}

void Worker::collect() {
    for (std::size_t i = 0; i < jobs_.size();) {
        const auto code = jobs_[i].process.ended();
        if (!code) {
            ++i;
            continue;
        }
        hear(jobs_[i]); // what it wrote last
        if (!jobs_[i].line.empty()) tell(jobs_[i].task.name.name, jobs_[i].line);
        finish(jobs_[i], *code);
        jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(i));
        if (queue_.empty()) looked_.reset(); // what it did may be the last thing to know
    }
}

void Worker::finish(Job& job, int code) {
    if (code == lost_to_others) return;
    print(job);
    code_ = worse(code_, code);
    const auto row = store::Runs(*session_.reading()).find(job.task.name);
    if (row && row->ended()) return;
    if (row)
        left_runs_.insert(row->id);
    else
        left_tasks_.insert(job.task.name);
    if (code > 128 && code != 130 && code != 141)
        tell(job.task.name.name, base::format("its process was ended by signal {}", code - 128));
    if (row && row->started && signals_ == 0)
        tell(job.task.name.name, base::format("is left interrupted; go on with it: orloj resume task/{}",
                                              shell_word(job.task.name.name)));
}

void Worker::print(const Job& job) {
    if (session_.format() == Format::table) {
        if (job.output.empty()) return;
        session_.out_foreign(base::format("## task/{}\n\n{}\n", job.task.name.name, job.output));
        return;
    }
    const schema::Parsed parsed = schema::parse_json(job.output);
    if (!job.output.empty() && parsed.error.empty()) return session_.out(schema::to_json(parsed.tree) + "\n");
    store::Runs runs(*session_.reading());
    if (const auto row = runs.find(job.task.name)) session_.out(fallback_json(runs, *row) + "\n");
}

} // namespace cli
