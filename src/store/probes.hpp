// What the last look at each model endpoint found, for tables that people read; nothing is decided by it.
// Invariant: a finding is shown only for the spec it was made with.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "resource/resource.hpp"
#include "store/sqlite.hpp"

namespace store {

struct ProbeRow {
    std::string readiness; ///< a word of provider::Readiness
    std::string detail;
    std::string hint;
    base::Time at;
};

class Probes {
  public:
    explicit Probes(Connection& connection) : db_(connection) {}

    /// Replaces what was found before. Does nothing when the endpoint is no longer stored. Belongs to a
    /// transaction of the caller.
    void put(const resource::Resource& endpoint, const ProbeRow& found);
    /// By endpoint, without those whose spec has changed since.
    [[nodiscard]] std::map<resource::Name, ProbeRow> current();
    /// nullopt when there was none, or the spec has changed since.
    [[nodiscard]] std::optional<ProbeRow> find(const resource::Name& endpoint);

  private:
    Connection& db_;
};

} // namespace store
