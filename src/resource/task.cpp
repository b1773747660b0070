#include "resource/task.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "resource/described_as.hpp"

namespace resource {

using namespace schema;

namespace {

constexpr std::string_view name_a_system = "name the AgentSystem to run: system: my-system";

struct PriorityWord {
    std::string_view word;
    std::int64_t number;
};
constexpr PriorityWord priority_words[] = {
    {"critical", 20}, {"urgent", 20}, {"high", 10}, {"normal", 0}, {"low", -10}};

void priority_rule(TaskSpec& task, const Check& check) {
    if (task.priority.empty()) task.priority = "normal";
    if (priority_of(task.priority)) return;
    std::vector<std::string> words;
    for (const PriorityWord& row : priority_words)
        words.emplace_back(row.word);
    const auto meant = base::nearest(task.priority, words);
    check.warning("priority", base::format("\"{}\" counts as normal", task.priority),
                  meant ? base::format("did you mean '{}'?", *meant)
                        : "what orders tasks: critical, high, normal, low, or a whole number");
}

void task_rule(TaskSpec& task, const Check& check) {
    priority_rule(task, check);
    if (task.mode == TaskMode::run && task.system.empty()) {
        check.error("system", "is required when spec.mode is run", std::string(name_a_system));
    }
}

/// A TaskSpec that needs its system whatever its mode.
const Type& inline_task() {
    static const Type type = [] {
        Type out = type_of<TaskSpec>();
        out.name = "TaskTemplate";
        out.doc = "The task that is created.";
        for (Field& field : out.fields) {
            if (field.name == "system") attribute(field, required_with(name_a_system));
        }
        out.check = [](void* p, const Check& check) { priority_rule(detail::as<TaskSpec>(p), check); };
        return out;
    }();
    return type;
}

/// name or namespace/name, no part empty.
bool is_name(std::string_view text) {
    const auto parts = base::split(text, '/');
    return parts.size() <= 2 && std::none_of(parts.begin(), parts.end(),
                                             [](std::string_view part) { return base::trim(part).empty(); });
}

void message_retry_rule(MessageRetry& retry, const Check&) {
    for (std::string& text : retry.non_retryable)
        text = base::lower(base::trim(text));
    std::erase(retry.non_retryable, ""); // every error contains it
}

} // namespace

std::optional<std::int64_t> priority_of(std::string_view word) {
    for (const PriorityWord& row : priority_words) {
        if (base::same_ignoring_case(row.word, word)) return row.number;
    }
    const auto number = base::to_integer(word);
    return number ? std::optional<std::int64_t>(*number) : std::nullopt;
}

const Type& optional_inline_task() {
    static const Type type = optional_of<TaskSpec>(&inline_task);
    return type;
}

void check_task_source(const std::string& task_ref, const std::optional<TaskSpec>& task_template,
                       const Check& check) {
    if (!task_ref.empty() && task_template) {
        check.error_as_is("task_template", "spec.task_ref and spec.task_template are mutually exclusive");
    } else if (task_ref.empty() && !task_template) {
        check.error_as_is("task_ref", "one of spec.task_ref or spec.task_template is required");
    } else if (!task_ref.empty() && !is_name(task_ref)) {
        check.error_as_is("task_ref", base::format("invalid {} \"{}\": expected name or namespace/name",
                                                   check.path("task_ref"), task_ref));
    }
}

const Type& describe(const TaskMode*) {
    static const Type type = choice_type<TaskMode>("mode", {"run", "template"});
    return type;
}
const Type& describe(const Jitter*) {
    static const Type type = choice_type<Jitter>("jitter", {"none", "full", "equal"});
    return type;
}

const Type& describe(const Retry*) {
    static const Type type = object_type<Retry>(
        "Retry", "How often the whole task is tried.",
        {
            field<&Retry::max_attempts>("max_attempts", "Attempts in all.", default_below(1)),
            field<&Retry::backoff>("backoff", "Pause before the second attempt; doubles after each."),
        });
    return type;
}

const Type& describe(const MessageRetry*) {
    static const Type type = object_type<MessageRetry, message_retry_rule>(
        "MessageRetry", "How often one agent's turn is tried within an attempt.",
        {
            field<&MessageRetry::max_attempts>(
                "max_attempts",
                "Tries of one model call in all; 0 or absent: options.max_retries of the endpoint, and one.",
                default_below(1)),
            field<&MessageRetry::backoff>(
                "backoff", "Pause before the second try; doubles after each. Absent: as spec.retry, "
                           "or what providers recommend when that has none."),
            field<&MessageRetry::max_backoff>("max_backoff", "The longest pause; 24h when 0.", always),
            field<&MessageRetry::jitter>("jitter", "How pauses are spread: none keeps them, full draws from "
                                                   "zero to the pause, equal from its half."),
            field<&MessageRetry::non_retryable>("non_retryable", "Texts of errors that are not tried again."),
        });
    return type;
}

const Type& describe(const Requirements*) {
    static const Type type = object_type<Requirements>(
        "Requirements", "What a worker of the original had to offer.",
        {
            field<&Requirements::region>("region", "Ignored: there is one machine."),
            field<&Requirements::gpu>("gpu", "Ignored: there is one machine."),
            field<&Requirements::model>("model", "Ignored: there is one machine."),
        });
    return type;
}

const Type& describe(const RunLimits*) {
    static const Type type = object_type<RunLimits>(
        "RunLimits",
        "Hard limits of one run. `run` and `resume` can set them too: --max-calls, --max-tokens, "
        "--max-cost, --max-time.",
        {
            field<&RunLimits::model_calls>("model_calls",
                                           "Model calls in all; 0 or absent: 2000, or 20 for each agent when "
                                           "that is more.",
                                           at_least(0)),
            field<&RunLimits::tokens>("tokens", "Tokens in all, read and written; 0 or absent: 10000000.",
                                      at_least(0)),
            field<&RunLimits::cost>("cost",
                                    "US dollars in all; 0: only what is free; absent: no limit. A call whose "
                                    "price is not known is not made then: see `orloj explain prices`."),
            field<&RunLimits::time>("time",
                                    "Time that the run is worked on, pauses included; 0 or absent: 24h. Time "
                                    "between an interruption and `resume` does not count."),
        });
    return type;
}

const Type& describe(const TaskSpec*) {
    static const Type type = object_type<TaskSpec, task_rule>(
        "TaskSpec", "One run of a system.",
        {
            field<&TaskSpec::system>("system", "The AgentSystem to run.", trimmed),
            field<&TaskSpec::mode>("mode", "run, or template: a pattern that `run task/NAME` copies."),
            field<&TaskSpec::input>("input", "What the first agents are given, as texts."),
            field<&TaskSpec::priority>("priority",
                                       "Which pending tasks `orloj work` takes first: critical (or urgent), "
                                       "high, normal, low, or a whole number (20, 10, 0 and -10 are those "
                                       "words); the older one among equals.",
                                       trimmed),
            field<&TaskSpec::max_turns>("max_turns",
                                        "The longest chain of hand-offs; needed for cyclic graphs.",
                                        at_least(0), alias("maxTurns")),
            field<&TaskSpec::retry>("retry", "How often the whole task is tried."),
            field<&TaskSpec::message_retry>("message_retry",
                                            "How often one agent's turn is tried within an attempt."),
            field<&TaskSpec::limits>("limits", "What the run may cost before a limit stops it."),
            field<&TaskSpec::requirements>("requirements", "What a worker must offer.",
                                           unsupported("there is one worker, this machine")),
        });
    return type;
}

} // namespace resource
