#include "cli/environment.hpp"

#include <array>

#include "base/text.hpp"
#include "provider/provider.hpp"

namespace cli {

namespace {

constexpr auto known_variables = std::to_array<Variable>({
    {"ORLOJ_DB", "The database file, unless --db names one."},
    {"ORLOJ_NAMESPACE", "The namespace, unless -n names one."},
    {"ORLOJ_CONFIG", "The configuration file: a database, a namespace, profiles; see `orloj config view`."},
    {"ORLOJ_PROFILE", "The profile to work in, instead of the one that the configuration says."},
    {"ORLOJ_PRICES", "What models cost, for `orloj cost` and limits on cost; see `orloj explain prices`."},
    {"VISUAL, EDITOR", "The editor of `orloj edit`: a command line. Else vi."},
    {"TMPDIR", "Where the file is that it edits. Else /tmp."},
    {"ORLOJ_KEY_FILE", "The file with the key that seals secrets."},
    {"ORLOJ_SECRET_ENCRYPTION_KEY", "That key itself, 32 bytes as hex or base64; no key file is used then."},
    {"ORLOJ_KEY_PASSPHRASE", "The passphrase of a key file that `orloj secret lock` has locked."},
    {"ORLOJ_KEY_PASSPHRASE_FILE", "A file whose first line is that passphrase; also /dev/fd/3."},
    {"ORLOJ_SECRET_NAME",
     "The value of the secret NAME where none is stored: NAME in upper case with every other character as _, "
     "or as written with _ for -, ., / and :."},
    {"XDG_DATA_HOME", "Where the database is kept: $XDG_DATA_HOME/orloj/orloj.db."},
    {"XDG_CONFIG_HOME",
     "Where the key file, the configuration and the prices are: $XDG_CONFIG_HOME/orloj/key, config.yaml and "
     "prices.yaml."},
    {"HOME", "Stands in for the two above, as ~/.local/share and ~/.config."},
    {"http_proxy, https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY", "The proxy for requests to providers."},
    {"no_proxy, NO_PROXY", "Hosts that are reached without it."},
    {"TERM", "Nothing is coloured, and no progress and no live view is drawn, when it is dumb."},
    {"NO_COLOR, ORLOJ_NO_COLOR", "Nothing is coloured when one of them is set, as with --no-color."},
    {"CLICOLOR_FORCE", "Colour also where no terminal is, unless it is 0."},
    {"COLUMNS", "How wide tables on a terminal may be, instead of its width."},
    {"LC_ALL, LC_CTYPE, LANG",
     "Where the first that is set does not name UTF-8, `graph` and `run` draw with ASCII."},
    {"HTTP_PROXY", "Not read, since a web server could set it from a request; `orloj doctor` says so."},
    {"OLLAMA_HOST",
     "Not read: spec.base_url of an endpoint says where Ollama is; `orloj doctor` says when it is set."},
    {"SSL_CERT_FILE", "A file with the certificates to trust instead of the system's."},
    {"SSL_CERT_DIR", "A folder of such certificates, hashed as by c_rehash."},
    {"AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_SECURITY_TOKEN, "
     "AWS_CREDENTIAL_EXPIRATION",
     "AWS keys for endpoints of bedrock that name no secret."},
    {"AWS_BEARER_TOKEN_BEDROCK", "A Bedrock API key for these endpoints, before AWS keys."},
    {"AWS_PROFILE, AWS_DEFAULT_PROFILE", "The profile to use where options.profile names none."},
    {"AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE",
     "The files with profiles, instead of ~/.aws/config and ~/.aws/credentials."},
    {"AWS_REGION, AWS_DEFAULT_REGION", "The AWS region of endpoints that say none."},
    {"AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SERVICE",
     "Where AWS is, for all services or for one: BEDROCK_RUNTIME, BEDROCK, STS, SSO."},
    {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "When true, these are not read."},
    {"AWS_USE_FIPS_ENDPOINT", "When true, AWS's hosts are those validated by FIPS 140."},
    {"AWS_CA_BUNDLE", "A file of certificates to trust for AWS where options.ca_bundle names none."},
    {"AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, AWS_ROLE_SESSION_NAME",
     "A role for which keys are fetched with a web identity."},
    {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, AWS_CONTAINER_CREDENTIALS_FULL_URI, "
     "AWS_CONTAINER_AUTHORIZATION_TOKEN, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
     "Where a container gets AWS keys; AWS sets them."},
    {"AWS_EC2_METADATA_DISABLED", "When true, no machine role is asked for."},
    {"AWS_EC2_METADATA_SERVICE_ENDPOINT, AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
     "Where the machine's metadata service is, or IPv6 for its other address."},
    {"OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
     "The OpenTelemetry collector that gets the trace of each run when it has ended (OTLP/HTTP, JSON): its "
     "address, or that of its /v1/traces. Nothing is sent when neither is set."},
    {"OTEL_EXPORTER_OTLP_HEADERS, OTEL_EXPORTER_OTLP_TIMEOUT, OTEL_EXPORTER_OTLP_CERTIFICATE, "
     "OTEL_EXPORTER_OTLP_PROTOCOL",
     "How it is sent: headers as a=b,c=d; milliseconds, 10000 unless set; a file of certificates; grpc is "
     "not spoken. With TRACES_ after OTLP_ they are for traces alone."},
    {"OTEL_SDK_DISABLED, OTEL_TRACES_EXPORTER", "When true or none, nothing is sent."},
    {"OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES", "Who the trace says it is from; orloj unless set."},
    {"OTEL_SEMCONV_STABILITY_OPT_IN",
     "With gen_ai_latest_experimental the trace has the latest names of the conventions for generative AI "
     "instead of those of 1.41."},
    {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
     "When true, prompts and answers are part of the trace that is sent."},
    {"TRACEPARENT", "The span that a run is part of, as W3C Trace Context writes it."},
});

} // namespace

std::span<const Variable> environment_variables() {
    return known_variables;
}

std::vector<NamedVariable> all_variables() {
    std::vector<NamedVariable> out;
    for (const Variable& variable : known_variables) {
        NamedVariable row{{}, std::string(variable.doc)};
        for (const std::string_view name : base::split(variable.name, ','))
            row.names.emplace_back(base::trim(name));
        out.push_back(std::move(row));
    }
    for (const provider::Provider& row : provider::providers()) {
        if (row.key_variable.empty()) continue;
        out.push_back({{std::string(row.key_variable)},
                       base::format("The key of the provider {}, used when no secret is found and only for "
                                    "requests to that provider's own host.",
                                    row.name)});
    }
    return out;
}

} // namespace cli
