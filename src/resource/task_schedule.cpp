#include "resource/task_schedule.hpp"

#include "base/text.hpp"
#include "resource/cron.hpp"
#include "resource/described_as.hpp"

namespace resource {

using namespace schema;

namespace {

void schedule_rule(TaskScheduleSpec& schedule, const Check& check) {
    check_task_source(schedule.task_ref, schedule.task_template, check);
    if (const std::string problem = parse_cron(schedule.schedule).error; !problem.empty()) {
        check.error_as_is("schedule", base::format("invalid {} \"{}\": {}", check.path("schedule"),
                                                   schedule.schedule, problem));
    }
    if (schedule.time_zone.empty()) schedule.time_zone = "UTC";
    if (const std::string problem = time_zone_problem(schedule.time_zone); !problem.empty()) {
        check.error_as_is("time_zone", base::format("invalid {} \"{}\": {}", check.path("time_zone"),
                                                    schedule.time_zone, problem));
    }
}

} // namespace

const Type& describe(const Concurrency*) {
    static const Type type = choice_type<Concurrency>("concurrency_policy", {"forbid"});
    return type;
}

const Type& describe(const TaskScheduleSpec*) {
    static const Type type = object_type<TaskScheduleSpec, schedule_rule>(
        "TaskScheduleSpec", "A task that is started at set times.",
        {
            field<&TaskScheduleSpec::task_ref>(
                "task_ref", "The Task to copy, one with mode: template; name or namespace/name.", trimmed,
                alias("taskRef")),
            field<&TaskScheduleSpec::task_template>("task_template",
                                                    "The task to create, written here instead of task_ref.",
                                                    described_as(&optional_inline_task)),
            field<&TaskScheduleSpec::schedule>(
                "schedule",
                "When: five cron fields (minute, hour, day, month, weekday) such as \"0 2 * * *\".", trimmed,
                required_with("write five cron fields: schedule: \"0 2 * * *\"")),
            field<&TaskScheduleSpec::time_zone>("time_zone", "IANA name of the zone the schedule is read in.",
                                                trimmed, alias("timeZone")),
            field<&TaskScheduleSpec::suspend>("suspend", "Whether it rests."),
            field<&TaskScheduleSpec::starting_deadline_seconds>(
                "starting_deadline_seconds", "A start that is later than this is skipped; below 1 means 300.",
                default_below(1), alias("startingDeadlineSeconds")),
            field<&TaskScheduleSpec::concurrency_policy>(
                "concurrency_policy",
                "What happens while the last run still goes on: forbid skips the start.",
                alias("concurrencyPolicy")),
            field<&TaskScheduleSpec::successful_history_limit>(
                "successful_history_limit", "How many succeeded runs are kept; below 1 means 10.",
                default_below(1), alias("successfulHistoryLimit")),
            field<&TaskScheduleSpec::failed_history_limit>("failed_history_limit",
                                                           "How many failed runs are kept; below 1 means 3.",
                                                           default_below(1), alias("failedHistoryLimit")),
        });
    return type;
}

} // namespace resource
