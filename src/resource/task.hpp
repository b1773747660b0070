// Task: one run of a system, with its input and what to do when it fails.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "schema/type.hpp"

namespace resource {

enum class TaskMode { run, template_ };
enum class Jitter { none, full, equal };
const schema::Type& describe(const TaskMode*);
const schema::Type& describe(const Jitter*);

struct Retry {
    std::int64_t max_attempts = 1;
    base::Duration backoff{};
};
const schema::Type& describe(const Retry*);

struct MessageRetry {
    std::int64_t max_attempts = 0; ///< 0: as Retry
    std::optional<base::Duration> backoff;
    base::Duration max_backoff = base::seconds(24LL * 3600);
    Jitter jitter = Jitter::full;
    std::vector<std::string> non_retryable;
};
const schema::Type& describe(const MessageRetry*);

struct Requirements {
    std::string region;
    bool gpu = false;
    std::string model;
};
const schema::Type& describe(const Requirements*);

/// Hard limits of one run. Zero (of `cost`: absent): the usual one, so that a mistake never costs a fortune.
struct RunLimits {
    std::int64_t model_calls = 0;
    std::int64_t tokens = 0;
    base::Duration time{};         ///< that somebody works on it
    std::optional<base::Usd> cost; ///< absent: none
};
const schema::Type& describe(const RunLimits*);

/// What orders pending tasks: the higher number goes first. critical and urgent are 20, high 10, normal 0,
/// low -10; a whole number stands for itself. nullopt for any other word, which counts as normal.
std::optional<std::int64_t> priority_of(std::string_view word);

struct TaskSpec {
    std::string system;
    TaskMode mode = TaskMode::run;
    std::map<std::string, std::string> input;
    std::string priority = "normal";
    std::int64_t max_turns = 0; ///< 0: none given; cyclic graphs need it
    Retry retry;
    MessageRetry message_retry;
    std::optional<RunLimits> limits;
    std::optional<Requirements> requirements;
};
const schema::Type& describe(const TaskSpec*);

/// std::optional<TaskSpec> as the spec of another kind holds it: the task it creates. It needs a system
/// whatever its mode.
const schema::Type& optional_inline_task();
/// Exactly one of the two must be given, and the name must be one. A rule of spec.task_ref and
/// spec.task_template.
void check_task_source(const std::string& task_ref, const std::optional<TaskSpec>& task_template,
                       const schema::Check& check);

} // namespace resource
