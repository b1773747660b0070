// Which source answers a reference, and which variables are never read.
#include <doctest/doctest.h>

#include <cstdlib>

#include "credential/resolve.hpp"

namespace {

class Variable {
  public:
    Variable(std::string name, const char* value) : name_(std::move(name)) {
        ::setenv(name_.c_str(), value, 1);
    }
    ~Variable() { ::unsetenv(name_.c_str()); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

  private:
    std::string name_;
};

std::optional<base::SecretText> nothing(const resource::SecretRef&) {
    return std::nullopt;
}

} // namespace

TEST_CASE("the stored secret comes first, then the two spellings of ORLOJ_SECRET_") {
    const auto stored = [](const resource::SecretRef& ref) -> std::optional<base::SecretText> {
        CHECK(ref.secret.text() == "default/openai-api-key");
        CHECK(ref.key == "value");
        return base::SecretText(" stored\n");
    };
    const Variable upper("ORLOJ_SECRET_OPENAI_API_KEY", "upper");
    const Variable written("ORLOJ_SECRET_openai_api_key", "written");
    auto found = credential::resolve("openai-api-key", "default", stored);
    REQUIRE(found);
    CHECK(found->value.reveal() == "stored");
    CHECK(found->source == "secret default/openai-api-key");
    found = credential::resolve("openai-api-key", "default", nothing);
    REQUIRE(found);
    CHECK(found->value.reveal() == "upper");
    CHECK(found->source == "environment ORLOJ_SECRET_OPENAI_API_KEY");
}

TEST_CASE("the spelling of the documentation works too") {
    const Variable written("ORLOJ_SECRET_openai_api_key", "written");
    const auto found = credential::resolve("openai-api-key", "default", nothing);
    REQUIRE(found);
    CHECK(found->source == "environment ORLOJ_SECRET_openai_api_key");
}

TEST_CASE("no other variable is ever read for a reference") {
    const Variable token("GITHUB_TOKEN", "ghp");
    const Variable key("OPENAI_API_KEY", "sk");
    CHECK(!credential::resolve("GITHUB_TOKEN", "default", nothing));
    CHECK(!credential::resolve("openai-api-key", "default", nothing));
    CHECK(!credential::in_environment("openai-api-key"));
}

TEST_CASE("the key that opens all secrets is none of them") {
    const Variable key("ORLOJ_SECRET_ENCRYPTION_KEY", "5a5a");
    for (const char* reference : {"encryption-key", "ENCRYPTION_KEY", "encryption.key", "ENCRYPTION:KEY"}) {
        CHECK(!credential::resolve(reference, "default", nothing));
        CHECK(!credential::in_environment(reference));
    }
}

TEST_CASE("a source that is there but blank is an error, not a miss") {
    const Variable blank("ORLOJ_SECRET_K", " ");
    CHECK_THROWS_WITH_AS(credential::resolve("k", "default", nothing),
                         "the environment variable ORLOJ_SECRET_K is set but empty", base::Error);
    const auto empty = [](const resource::SecretRef&) { return std::optional(base::SecretText(" \n")); };
    CHECK_THROWS_WITH_AS(credential::resolve("a/b:c", "default", empty),
                         "secret \"b\" key \"c\" resolved empty value", base::Error);
    CHECK_THROWS_WITH_AS(credential::resolve(":c", "default", nothing),
                         "secretRef \":c\" has empty secret name", base::Error);
}

TEST_CASE("names of variables") {
    CHECK(credential::upper_variable("shared/azure-keys:primary") ==
          "ORLOJ_SECRET_SHARED_AZURE_KEYS_PRIMARY");
    CHECK(credential::written_variable("shared/azure.keys:primary") ==
          "ORLOJ_SECRET_shared_azure_keys_primary");
}

TEST_CASE("a vendor's variable") {
    CHECK(!credential::vendor_key(""));
    CHECK(!credential::vendor_key("ORLOJ_TEST_VENDOR_KEY"));
    const Variable key("ORLOJ_TEST_VENDOR_KEY", "sk");
    CHECK(credential::vendor_key("ORLOJ_TEST_VENDOR_KEY")->source == "environment ORLOJ_TEST_VENDOR_KEY");
}
