#include "zoo.hpp"

namespace zoo {

using namespace schema;

namespace {

void cage_rule(Cage& cage, const Check& check) {
    if (cage.name == "empty" && cage.animals > 0)
        check.error("animals", "must be 0 in an empty cage", "animals: 0");
    if (cage.name == "lion") check.warning("", "is dangerous");
    if (cage.name == "ghost") check.error_as_is("name", "no such animal");
}

void zoo_rule(Zoo& zoo, const Check& check) {
    if (zoo.best && zoo.best->name == "none") check.error("best.name", "must be somebody");
    if (zoo.price < 0) check.error("price.of.a.ticket", "is too small");
}

} // namespace

const Type& describe(const Colour*) {
    static const Type type = choice_type<Colour>("colour", {"red", "light_blue"});
    return type;
}

const Type& describe(const Cage*) {
    static const Type type =
        object_type<Cage, cage_rule>("Cage", "A cage.",
                                     {
                                         field<&Cage::name>("name", "Its name.", required, alias("cageName")),
                                         field<&Cage::animals>("animals", "How many.", always),
                                     });
    return type;
}

const Type& describe(const Keeper*) {
    static const Type type =
        with_short_form("name", object_type<Keeper>("Keeper", "A person.",
                                                    {
                                                        field<&Keeper::name>("name", "Who.", trimmed),
                                                        field<&Keeper::shift>("shift", "When."),
                                                    }));
    return type;
}

const Type& describe(const Zoo*) {
    static const Type type = object_type<Zoo, zoo_rule>(
        "Zoo", "Animals.",
        {
            field<&Zoo::title>("title", "As written."),
            field<&Zoo::code>("code", "Trimmed.", trimmed),
            field<&Zoo::slug>("slug", "In lower case.", lower_case),
            field<&Zoo::open>("open", "A boolean."),
            field<&Zoo::gates>("gates", "At least 1.", at_least(1), alias("doors"), alias("exits")),
            field<&Zoo::floors>("floors", "Below 1: the default.", default_below(1)),
            field<&Zoo::visitors>("visitors", "Any."),
            field<&Zoo::price>("price", "A number."),
            field<&Zoo::opens>("opens", "A duration."),
            field<&Zoo::closes>("closes", "A duration that is always written.", always),
            field<&Zoo::colour>("colour", "A choice."),
            field<&Zoo::extra>("extra", "Anything."),
            field<&Zoo::key>("key", "A secret."),
            field<&Zoo::animals>("animals", "Texts.", text_items),
            field<&Zoo::tags>("tags", "Texts without repeats.", dedupe),
            field<&Zoo::cages>("cages", "Structs."),
            field<&Zoo::keepers>("keepers", "Structs with a short form."),
            field<&Zoo::labels>("labels", "Texts by name."),
            field<&Zoo::keys>("keys", "Secrets by name."),
            field<&Zoo::by_name>("by_name", "Structs by name."),
            field<&Zoo::motto>("motto", "An optional text."),
            field<&Zoo::year>("year", "An optional number.", at_least(1800)),
            field<&Zoo::free>("free", "An optional boolean."),
            field<&Zoo::tour>("tour", "An optional duration."),
            field<&Zoo::best>("best", "An optional struct."),
            field<&Zoo::front>("front", "A struct.", unsupported("there is no front")),
            gone("old", "zoo.old has been removed; use zoo.new"),
        });
    return type;
}

} // namespace zoo
