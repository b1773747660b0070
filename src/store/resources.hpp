// The resource table: what the person declared. Rows hold the canonical spec; a secret's values are beside
// it, sealed. Every change belongs to a transaction of the caller.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "base/time.hpp"
#include "resource/resource.hpp"
#include "store/sqlite.hpp"

namespace store {

enum class Applied { created, configured, unchanged };

/// What `list` leaves out.
struct Filter {
    std::optional<std::string> namespace_;     ///< nullopt: all
    std::map<std::string, std::string> labels; ///< all of them must be there
};

/// A resource as it will lie in its row. Encoding and hashing take longer than storing, and nobody else can
/// store while a transaction does: many are prepared before it begins.
struct Prepared {
    const resource::Kind* kind;
    resource::Name name;
    std::string labels, annotations, spec; ///< JSON
    base::Digest spec_hash;
};
Prepared prepare(const resource::Resource& resource);

/// One value of a Secret as it lies in its row.
struct SealedValue {
    std::int64_t resource = 0; ///< row of the Secret
    resource::Name secret;
    std::string key;
    std::string sealed;
};

class Resources {
  public:
    explicit Resources(Connection& connection) : db_(connection) {}

    /// What put() would do.
    [[nodiscard]] Applied compare(const resource::Resource& resource);
    /// Stores metadata and spec. `sealed_changed` says that values of a Secret differ, which the spec does
    /// not show.
    Applied put(const resource::Resource& resource, bool sealed_changed, base::Time now) {
        return put(prepare(resource), sealed_changed, now);
    }
    Applied put(const Prepared& prepared, bool sealed_changed, base::Time now);

    [[nodiscard]] std::optional<resource::Resource> find(const resource::Kind& kind,
                                                         const resource::Name& name);
    /// The number of its row, which it keeps; nullopt when it is not stored.
    [[nodiscard]] std::optional<std::int64_t> id_of(const resource::Kind& kind, const resource::Name& name);
    /// Sorted by namespace and name.
    [[nodiscard]] std::vector<resource::Resource> list(const resource::Kind& kind, const Filter& filter);
    /// The same one by one: of many, none is kept.
    void visit(const resource::Kind& kind, const Filter& filter,
               const std::function<void(resource::Resource)>& visit);
    /// Names of all resources of a kind in a namespace, for suggestions.
    [[nodiscard]] std::vector<std::string> names(const resource::Kind& kind, const std::string& namespace_);
    /// The first `most` names that begin with `prefix`, in order. Reads no more than these.
    [[nodiscard]] std::vector<std::string> names_from(const resource::Kind& kind,
                                                      const std::string& namespace_, std::string_view prefix,
                                                      std::int64_t most);
    /// The namespaces there are, in order. Reads a row for each kind in each of them, 2,000 at
    /// most.
    [[nodiscard]] std::vector<std::string> namespaces();
    /// The namespaces that have one of this kind and name, at most 1,000.
    [[nodiscard]] std::vector<std::string> namespaces_with(const resource::Kind& kind,
                                                           const std::string& name);

    /// Forgets a resource and, for a Secret, its sealed values. False when there was none.
    bool remove(const resource::Kind& kind, const resource::Name& name);
    /// How many there are of each kind that has any, by the kind's name.
    [[nodiscard]] std::map<std::string, std::int64_t> counts();

    /// Sealed values of a Secret by key; empty when there is no such Secret.
    [[nodiscard]] std::map<std::string, std::string> sealed(const resource::Name& secret);
    /// How many values are sealed, of all Secrets.
    [[nodiscard]] std::int64_t sealed_count();
    [[nodiscard]] bool has_sealed(const resource::Name& secret, const std::string& key);
    /// All of them, sorted by namespace, name and key.
    [[nodiscard]] std::vector<SealedValue> all_sealed();
    /// Puts other bytes in the place of one; nothing that people see of the Secret changes.
    void replace_sealed(const SealedValue& value, std::string_view sealed);
    /// Replaces all values of a Secret that is stored.
    void put_sealed(const resource::Name& secret, const std::map<std::string, std::string>& values);

  private:
    Connection& db_;
};

} // namespace store
