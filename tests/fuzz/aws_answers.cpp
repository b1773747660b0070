// Any bytes as the answer of STS and as the text of a Secret: read or refused, and what is refused is not
// quoted.
#include <cstdint>
#include <cstdlib>

#include "base/error.hpp"
#include "credential/aws.hpp"
#include "credential/xml.hpp"

namespace {

/// The fuzzer reports an abort with the input that led there.
void require(bool condition) {
    if (!condition) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size); // NOLINT: bytes are bytes
    if (const auto leaves = credential::read_xml(text)) {
        require(!leaves->empty());
        (void)credential::text_at(*leaves, "Credentials/AccessKeyId");
    }
    try {
        const auto identity = credential::read_aws_secret(text, "s", base::Time{});
        if (const auto* keys = std::get_if<credential::AwsKeys>(&identity.proof))
            require(!keys->access_key_id.empty() && !keys->secret_access_key.empty());
    } catch (const base::Error& error) {
        require(error.fault() == base::Fault::secret);
    }
    return 0;
}
