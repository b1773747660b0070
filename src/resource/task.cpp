#include "resource/task.hpp"

#include "base/text.hpp"

namespace resource {

using namespace schema;

namespace {

void task_rule(TaskSpec& task, const Check& check) {
    if (task.priority.empty()) task.priority = "normal";
    if (task.mode == TaskMode::run && task.system.empty()) {
        check.error("system", "is required when spec.mode is run",
                    "name the AgentSystem to run: system: my-system");
    }
}

void message_retry_rule(MessageRetry& retry, const Check&) {
    for (std::string& text : retry.non_retryable)
        text = base::lower(base::trim(text));
    std::erase(retry.non_retryable, ""); // every error contains it
}

} // namespace

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
            field<&MessageRetry::max_attempts>("max_attempts", "Attempts in all; as spec.retry when absent.",
                                               default_below(1)),
            field<&MessageRetry::backoff>("backoff",
                                          "Pause before the second attempt; as spec.retry when absent."),
            field<&MessageRetry::max_backoff>("max_backoff", "The longest pause.", always),
            field<&MessageRetry::jitter>("jitter", "How pauses are spread."),
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

const Type& describe(const TaskSpec*) {
    static const Type type = object_type<TaskSpec, task_rule>(
        "TaskSpec", "One run of a system.",
        {
            field<&TaskSpec::system>("system", "The AgentSystem to run.", trimmed),
            field<&TaskSpec::mode>("mode", "run, or template: a pattern that `run task/NAME` copies."),
            field<&TaskSpec::input>("input", "What the first agents are given, as texts."),
            field<&TaskSpec::priority>("priority", "For the reader only.", trimmed),
            field<&TaskSpec::max_turns>("max_turns",
                                        "The longest chain of hand-offs; needed for cyclic graphs.",
                                        at_least(0), alias("maxTurns")),
            field<&TaskSpec::retry>("retry", "Trying again after a failure."),
            field<&TaskSpec::message_retry>("message_retry", "Trying one agent's turn again."),
            field<&TaskSpec::requirements>("requirements", "What a worker must offer.",
                                           unsupported("there is one worker, this machine")),
        });
    return type;
}

} // namespace resource
