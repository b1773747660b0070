// Asking endpoints themselves: whether they are ready, which models they have. Where the network, the keys
// and what each provider's answers mean meet. Invariant: nothing here costs money but Look::call, and no text
// that leaves here holds a key, a value of options.headers or of a URL's query.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/session.hpp"
#include "provider/listing.hpp"
#include "store/probes.hpp"

namespace cli {

/// How closely to look; each one includes what is before it.
enum class Look {
    models,    ///< the list of models
    readiness, ///< everything that can be asked for free
    call,      ///< and then the smallest call, which costs some tokens
};

/// One request that was made.
struct Asked {
    std::string request; ///< "GET https://api.openai.com/v1/models"
    base::Duration took{};
};

struct Probed {
    resource::Resource endpoint;
    std::string provider; ///< its name in the table of providers, or as it was written
    provider::Verdict verdict;
    provider::ModelList models; ///< empty when there is no list
    bool listed = false;        ///< the provider gave a list
    bool asks = false;          ///< there is somebody to ask: not with mock
    std::vector<Asked> asked;
    base::Time at;
};

/// All at the same time, each at most provider::survey_limit (a call at most a minute more), in the given
/// order. What keeps an endpoint from being asked is in its verdict.
std::vector<Probed> probe(Session& session, const std::vector<resource::Resource>& endpoints, Look look);

/// Stores what was found, for `get`. Where the database cannot be written it says so and goes on.
void keep(Session& session, const std::vector<Probed>& found);
store::ProbeRow row_of(const Probed& found);

/// The stored endpoints of these names, or all of them: of -n when it is given, else of every namespace.
/// Throws Error{not_found}, Error{usage}.
std::vector<resource::Resource> stored_endpoints(Session& session, const std::vector<std::string>& names);

/// "openai-default", or with its namespace when that is not the default one.
std::string short_name(const resource::Metadata& metadata);

/// What to do while there is no endpoint.
std::string how_to_begin();

} // namespace cli
