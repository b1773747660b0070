#include "credential/aws_process.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "credential/argument_split.hpp"
#include "credential/aws_exchange.hpp"
#include "credential/aws_keys.hpp"

namespace credential {

namespace {

using How = base::Ended::How;

std::vector<std::string> words_of(std::string_view command_line, const std::string& who) {
    auto words = split_arguments(command_line);
    if (!words) {
        throw base::Error(base::Fault::secret,
                          base::format("{}: credential_process has a quote that is not closed, or ends in a "
                                       "backslash",
                                       who));
    }
    if (words->empty() || words->front().empty() || command_line.find('\0') != std::string_view::npos)
        throw base::Error(base::Fault::secret, base::format("{}: credential_process names no program", who));
    return std::move(*words);
}

std::string first_words(std::string_view text) {
    text = base::trim(text);
    return said(text.substr(0, text.find('\n')), {});
}

base::Error not_ended_well(const base::Ended& ended, const std::string& what, base::Duration timeout) {
    const auto failed = [&](const std::string& how) {
        return base::Error(base::Fault::secret, base::format("{} {}", what, how));
    };
    const std::string words = first_words(ended.errors);
    const std::string because = words.empty() ? std::string() : ": " + words;
    switch (ended.how) {
    case How::exited:
        return failed(base::format("failed with exit status {}{}", ended.code, because));
    case How::signalled:
        return failed(base::format("was ended by signal {}{}", ended.code, because));
    case How::not_started:
        return failed(base::format("cannot be started: {}", std::strerror(ended.code)))
            .hint("it is started without a shell: write whole paths, without ~ and $variables");
    case How::timed_out:
        return failed(base::format("did not end within {}{}", base::render(timeout), because));
    case How::too_much:
        return failed("wrote more than 64 KiB");
    case How::wants_prompt:
        return failed("wants to ask something on the terminal, which it cannot here")
            .hint("sign in with it first, so that it needs no answer");
    case How::woken:
        return {base::Fault::interrupted, "stopped while looking for AWS credentials"};
    }
    return failed("failed");
}

} // namespace

AwsKeys process_keys(const AwsWorld& world, std::string_view command_line, const std::string& who) {
    base::Command command;
    command.arguments = words_of(command_line, who);
    command.environment = base::environment_without("ORLOJ_");
    command.timeout = std::min(world.patience.process, world.patience.most);
    command.wake_fd = world.wake_fd;
    const std::string what =
        base::format("{}: credential_process '{}'", who, base::visible(command.arguments.front()));
    base::Ended ended = base::run_command(command);
    if (ended.how != How::exited || ended.code != 0) throw not_ended_well(ended, what, command.timeout);

    const schema::Parsed parsed = schema::parse_json(ended.output, schema::Marks::none);
    base::wipe(ended.output);
    if (!parsed || !parsed.tree.is_map())
        throw base::Error(base::Fault::secret, what + " did not print a JSON object")
            .hint(R"(it has to print {"Version": 1, "AccessKeyId": "...", "SecretAccessKey": "..."})");
    const schema::Tree* version = parsed.tree.find("Version");
    if (version == nullptr || version->text != "1")
        throw base::Error(base::Fault::secret, what + " printed another Version than 1");
    constexpr KeyNames names{"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"};
    return keys_from_json(parsed.tree, names, what, world.clock.now());
}

} // namespace credential
