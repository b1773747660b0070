// Any bytes as a file of profiles: parsing ends, a problem has a line, and every profile's way to keys is
// decided or refused.
#include <cstdint>
#include <cstdlib>

#include "base/error.hpp"
#include "credential/argument_split.hpp"
#include "credential/aws_profile_plan.hpp"

namespace {

/// The fuzzer reports an abort with the input that led there.
void require(bool condition) {
    if (!condition) std::abort();
}

void follow(const credential::Profiles& profiles) {
    int left = 50; // a long chain from every one of its links would take its time
    for (const auto& [name, section] : profiles.profiles) {
        if (left-- == 0) return;
        try {
            const auto plan = credential::plan_profile(profiles, name);
            require(!credential::source_of(profiles, name, plan).empty());
        } catch (const base::Error& error) {
            require(error.fault() == base::Fault::secret);
        }
        (void)credential::split_arguments(credential::value_of(section, "credential_process"));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size); // NOLINT: bytes are bytes
    auto config = credential::parse_profiles(text, credential::ProfileFile::config);
    auto credentials = credential::parse_profiles(text, credential::ProfileFile::credentials);
    for (const auto* parsed : {&config, &credentials})
        require(parsed->problem.message.empty() || parsed->problem.line > 0);
    credential::merge_profiles(config.profiles, std::move(credentials.profiles));
    follow(config.profiles);
    return 0;
}
