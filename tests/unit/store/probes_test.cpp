#include <doctest/doctest.h>

#include "store/database.hpp"
#include "store/probes.hpp"
#include "store/resources.hpp"
#include "store/schema.hpp"

namespace {

using resource::Resource;
using store::Connection;
using store::Probes;
using store::Resources;

constexpr base::Time probed{1'700'000'000'000'000};

Resource endpoint(const std::string& name, const std::string& model = "m") {
    Resource out;
    resource::ModelEndpointSpec spec;
    spec.default_model = model;
    out.spec = std::move(spec);
    out.metadata.namespace_ = "default";
    out.metadata.name = name;
    return out;
}

store::ProbeRow ready() {
    return {"ready", "lists 3 models", "", probed};
}

TEST_CASE("probes: kept for the spec they were made with") {
    Connection db = store::open_in_memory();
    Resources resources(db);
    Probes probes(db);
    (void)resources.put(endpoint("a"), false, probed);
    CHECK(probes.current().empty());
    CHECK_FALSE(probes.find({"default", "a"}));

    probes.put(endpoint("a"), ready());
    REQUIRE(probes.find({"default", "a"}));
    CHECK(probes.find({"default", "a"})->detail == "lists 3 models");
    CHECK(probes.current().at({"default", "a"}).at == probed);

    probes.put(endpoint("a"), {"unreachable", "nobody", "start it", {probed.us + 1}});
    CHECK(probes.current().size() == 1);
    CHECK(probes.find({"default", "a"})->readiness == "unreachable");
    CHECK(probes.find({"default", "a"})->hint == "start it");

    (void)resources.put(endpoint("a", "other"), false, probed);
    CHECK_FALSE(probes.find({"default", "a"}));
    CHECK(probes.current().empty());
    (void)resources.put(endpoint("a"), false, probed); // as it was: the finding holds again
    CHECK(probes.find({"default", "a"}));
}

TEST_CASE("probes: one that came late is void, and one of a deleted endpoint goes with it") {
    Connection db = store::open_in_memory();
    Resources resources(db);
    Probes probes(db);
    (void)resources.put(endpoint("a", "new"), false, probed);
    probes.put(endpoint("a", "old"), ready()); // applied anew while the old one was asked
    CHECK_FALSE(probes.find({"default", "a"}));
    probes.put(endpoint("nobody"), ready());
    CHECK(db.integer("SELECT count(*) FROM probe") == 1);
    CHECK(resources.remove(resource::kind_of<resource::ModelEndpointSpec>(), {"default", "a"}));
    CHECK(db.integer("SELECT count(*) FROM probe") == 0);
}

TEST_CASE("probes: a file of the first schema gets the table and keeps its rows") {
    Connection db = Connection::open(":memory:", "t", store::Opening::memory);
    db.exec(store::migrations()[0]);
    Resources resources(db);
    (void)resources.put(endpoint("a"), false, probed);
    db.exec(store::migrations()[1]);
    Probes(db).put(endpoint("a"), ready());
    CHECK(Probes(db).find({"default", "a"}));
    CHECK(store::integrity_problem(db).empty());
}

} // namespace
