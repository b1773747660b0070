// A struct with a field of every shape and every attribute, described as the resources are.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "schema/type.hpp"

namespace zoo {

enum class Colour { red, light_blue };
const schema::Type& describe(const Colour*);

struct Cage {
    std::string name;
    std::int64_t animals = 1;
    bool operator==(const Cage&) const = default;
};
const schema::Type& describe(const Cage*);

/// Written as a map or as its name alone.
struct Keeper {
    std::string name;
    std::string shift;
    bool operator==(const Keeper&) const = default;
};
const schema::Type& describe(const Keeper*);

struct Zoo {
    std::string title = "Zoo";
    std::string code;
    std::string slug;
    bool open = false;
    std::int64_t gates = 2;
    std::int64_t floors = 3;
    std::int64_t visitors = 0;
    double price = 0;
    base::Duration opens{};
    base::Duration closes = base::seconds(60);
    Colour colour = Colour::light_blue;
    schema::Json extra;
    base::SecretText key;
    std::vector<std::string> animals;
    std::vector<std::string> tags;
    std::vector<Cage> cages;
    std::vector<Keeper> keepers;
    std::map<std::string, std::string> labels;
    std::map<std::string, base::SecretText> keys;
    std::map<std::string, Cage> by_name;
    std::optional<std::string> motto;
    std::optional<std::int64_t> year;
    std::optional<bool> free;
    std::optional<base::Duration> tour;
    std::optional<Cage> best;
    Cage front;
    std::string old_field;
};
const schema::Type& describe(const Zoo*);

} // namespace zoo
