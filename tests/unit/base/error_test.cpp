#include "base/error.hpp"

#include <set>
#include <string>

#include <doctest/doctest.h>

namespace {

using base::Error;
using base::Fault;

TEST_CASE("every fault has its exit code and a name that reads back") {
    struct Row {
        Fault fault;
        int code;
        std::string_view name;
    };
    const Row rows[] = {
        {Fault::usage, 2, "usage"},
        {Fault::manifest, 2, "manifest"},
        {Fault::reference, 2, "reference"},
        {Fault::secret, 2, "secret"},
        {Fault::not_found, 1, "not_found"},
        {Fault::store, 1, "store"},
        {Fault::io, 1, "io"},
        {Fault::failed, 1, "failed"},
        {Fault::provider, 3, "provider"},
        {Fault::policy, 4, "policy"},
        {Fault::approval, 5, "approval"},
        {Fault::interrupted, 130, "interrupted"},
        {Fault::closed, 141, "closed"},
        {Fault::bug, 70, "bug"},
    };
    CHECK(std::size(rows) == static_cast<std::size_t>(Fault::bug) + 1);
    for (const Row& row : rows) {
        CAPTURE(row.name);
        CHECK(base::exit_code(row.fault) == row.code);
        CHECK(base::fault_name(row.fault) == row.name);
        CHECK(base::fault_named(row.name) == row.fault);
    }
    CHECK(base::fault_named("no such fault") == Fault::failed);
    CHECK(base::fault_named("") == Fault::failed);
}

TEST_CASE("places are written as compilers write them") {
    CHECK(render(base::Location{"a.yaml", {3, 5}}) == "a.yaml:3:5");
    CHECK(render(base::Location{"a.yaml", {}}) == "a.yaml");
    CHECK(render(base::Location{"", {3, 5}}) == "");
}

TEST_CASE("an error carries its hints and what its callers know") {
    Error error =
        Error(Fault::store, "disk full").hint("free some space").hint("or use --db").at({"x", {1, 2}});
    error.in("cannot save 'task/t'");
    error.in("apply");
    CHECK(error.fault() == Fault::store);
    CHECK(error.message() == "apply: cannot save 'task/t': disk full");
    CHECK(std::string(error.what()) == error.message());
    CHECK(error.hints() == std::vector<std::string>{"free some space", "or use --db"});
    CHECK(render(error.where()) == "x:1:2");
}

} // namespace
