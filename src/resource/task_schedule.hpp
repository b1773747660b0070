// TaskSchedule: a task that is started again and again at set times.
#pragma once

#include <optional>
#include <string>

#include "resource/task.hpp"
#include "schema/type.hpp"

namespace resource {

enum class Concurrency { forbid };
const schema::Type& describe(const Concurrency*);

struct TaskScheduleSpec {
    std::string task_ref;                  ///< name or namespace/name of a template; either it
    std::optional<TaskSpec> task_template; ///< or this is set
    std::string schedule;                  ///< accepted by parse_cron
    std::string time_zone = "UTC";
    bool suspend = false;
    std::int64_t starting_deadline_seconds = 300;
    Concurrency concurrency_policy = Concurrency::forbid;
    std::int64_t successful_history_limit = 10;
    std::int64_t failed_history_limit = 3;
};
const schema::Type& describe(const TaskScheduleSpec*);

} // namespace resource
